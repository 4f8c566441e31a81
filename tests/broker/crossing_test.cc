// Work that goes to other threads and comes back.
#include "broker/crossing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <set>

#include "broker/config.h"
#include "broker/shards.h"

namespace kafka::broker {
namespace {

class Crossings : public testing::Test {
  protected:
    Crossings() : shards_(3, config_, clock_) {
        for (std::uint32_t i = 0; i < 3; ++i) all_.push_back(&shards_.at(ShardId{i}));
        shards_.start_threads();
    }
    ~Crossings() override { shards_.stop_threads(); }

    // Runs a coroutine on a shard until it has finished.
    template <class Coroutine>
    void run(ShardId where, Coroutine& coroutine) {
        std::latch finished(1);
        Task<void> task;
        shards_.run_on(where, [&](Shard& home) {
            task = coroutine(home);
            task.start([](void* done) { static_cast<std::latch*>(done)->count_down(); }, &finished);
        });
        finished.wait();
        // The frame ends on the thread that it lived on.
        shards_.run_on(where, [&task](Shard&) { task = {}; });
    }

    const BrokerConfig config_ = make_config({});
    SystemClock clock_;
    Shards shards_;
    std::vector<Shard*> all_;
};

TEST_F(Crossings, RunOnTheOtherShardAndComeBackWithTheResult) {
    std::thread::id home_before, home_after, there_id;
    auto coroutine = [&](Shard& home) -> Task<void> {
        home_before = std::this_thread::get_id();
        auto work = [&there_id](Shard& there) {
            there_id = std::this_thread::get_id();
            return std::string("from shard ") +
                   std::to_string(static_cast<std::uint32_t>(there.id()));
        };
        Crossing<decltype(work)> crossing(home, *all_[2], work);
        const std::string said = co_await crossing;
        EXPECT_EQ(said, "from shard 2");
        home_after = std::this_thread::get_id();
    };

    run(ShardId{0}, coroutine);

    EXPECT_EQ(home_before, home_after);
    EXPECT_NE(home_before, there_id);
}

TEST_F(Crossings, ToTheirOwnShardDoNotSuspend) {
    bool finished_at_once = false;
    shards_.run_on(ShardId{1}, [&](Shard& home) {
        auto coroutine = [&]() -> Task<void> {
            auto work = [](Shard&) {};
            Crossing<decltype(work)> crossing(home, home, work);
            co_await crossing;
            std::vector<Shard*> only_home{&home};
            RoundTrip trip(home, only_home, work);
            co_await trip;
        };
        Task<void> task = coroutine();
        task.start([](void*) {}, nullptr);
        finished_at_once = task.done();
    });

    EXPECT_TRUE(finished_at_once);
}

TEST_F(Crossings, VisitSeveralShardsAndResumeWhenAllAreDone) {
    std::set<std::thread::id> threads;
    std::size_t visited = 0;
    auto coroutine = [&](Shard& home) -> Task<void> {
        for (int i = 0; i < 500; ++i) {
            std::thread::id ids[3];
            auto work = [&ids](Shard& there) {
                ids[static_cast<std::size_t>(there.id())] = std::this_thread::get_id();
            };
            RoundTrip trip(home, all_, work);
            co_await trip;
            for (const auto& id : ids) {
                threads.insert(id);
                visited += id != std::thread::id();
            }
        }
    };

    run(ShardId{1}, coroutine);

    EXPECT_EQ(visited, 1500U);
    EXPECT_EQ(threads.size(), 3U);
}

TEST_F(Crossings, FromOneShardArriveInTheOrderTheyWereSent) {
    std::vector<int> arrived;
    std::latch finished(100);
    struct Sent : Letter {
        std::vector<int>* arrived = nullptr;
        std::latch* finished = nullptr;
        int number = 0;
    };
    std::vector<Sent> letters(100);
    shards_.run_on(ShardId{0}, [&](Shard&) {
        for (int i = 0; i < 100; ++i) {
            Sent& letter = letters[static_cast<std::size_t>(i)];
            letter.arrived = &arrived;
            letter.finished = &finished;
            letter.number = i;
            letter.open = [](Letter& opened, Shard&) {
                auto& sent = static_cast<Sent&>(opened);
                sent.arrived->push_back(sent.number);
                sent.finished->count_down();
            };
            all_[1]->post(letter);
        }
    });
    finished.wait();

    ASSERT_EQ(arrived.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(arrived));
}

TEST_F(Crossings, BlockingWorkRunsOnNoShard) {
    std::thread::id home_id, pool_id;
    int result = 0;
    auto coroutine = [&](Shard& home) -> Task<void> {
        home_id = std::this_thread::get_id();
        auto work = [&pool_id] {
            pool_id = std::this_thread::get_id();
            return 42;
        };
        BlockingCall call(home, shards_.blocking_pool(), work);
        result = co_await call;
        EXPECT_EQ(std::this_thread::get_id(), home_id);
    };

    run(ShardId{0}, coroutine);

    EXPECT_EQ(result, 42);
    EXPECT_NE(home_id, pool_id);
}

TEST_F(Crossings, ACoroutineMayRunOnAnotherShardFromItsFirstLineToItsLast) {
    std::set<std::thread::id> there_ids;
    int result = 0;
    auto coroutine = [&](Shard& home) -> Task<void> {
        auto work = [&](Shard& there) -> Task<int> {
            there_ids.insert(std::this_thread::get_id());
            auto slow = [] { return 20; };
            BlockingCall call(there, shards_.blocking_pool(), slow);
            const int first = co_await call;
            there_ids.insert(std::this_thread::get_id());
            co_return first + 1;
        };
        RemoteTask<decltype(work), Shard> remote(home, *all_[2], work, *all_[2]);
        result = co_await remote;
        EXPECT_FALSE(there_ids.contains(std::this_thread::get_id()));
    };

    run(ShardId{0}, coroutine);

    EXPECT_EQ(result, 21);
    EXPECT_EQ(there_ids.size(), 1U);
}

}  // namespace
}  // namespace kafka::broker
