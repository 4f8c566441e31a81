// Who is next, when several requests of one producer wait for each other.
#include "broker/produce/producer_turns.h"

#include <gtest/gtest.h>

#include <coroutine>
#include <vector>

#include "base/task.h"
#include "tests/support/test_shards.h"

namespace kafka::broker {
namespace {

constexpr ProducerId kProducer{7};

// A door that each visitor waits at while it has the turn.
struct Door {
    std::vector<std::coroutine_handle<>> waiting;
    auto pass() {
        struct Awaiter {
            Door& door;
            bool await_ready() const { return false; }
            void await_suspend(std::coroutine_handle<> handle) { door.waiting.push_back(handle); }
            void await_resume() const {}
        };
        return Awaiter{*this};
    }
    void open() {
        for (const auto handle : std::exchange(waiting, {})) handle.resume();
    }
};

Task<void> visit(Shard& shard, ProducerId producer, int name, std::vector<int>& order, Door& door) {
    ProducerTurns::Turn turn(shard, producer);
    co_await turn;
    order.push_back(name);
    auto wait = door.pass();
    co_await wait;
}

TEST(ProducerTurns, ComeInTheOrderInWhichTheyWereAskedFor) {
    TestShards shards;
    Door door;
    std::vector<int> order;
    std::vector<Task<void>> visits;
    for (int name = 0; name < 3; ++name) {
        visits.push_back(visit(shards.home(), kProducer, name, order, door));
        visits.back().start([](void*) {}, nullptr);
    }
    EXPECT_EQ(order, (std::vector<int>{0}));
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(shards.home().producer_turns().is_taken(kProducer));
        door.open();
        shards.run();
    }
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
    EXPECT_FALSE(shards.home().producer_turns().is_taken(kProducer));
}

TEST(ProducerTurns, OfOneProducerDoNotKeepAnother) {
    TestShards shards;
    Door door;
    std::vector<int> order;
    auto first = visit(shards.home(), kProducer, 0, order, door);
    auto second = visit(shards.home(), {8}, 1, order, door);
    first.start([](void*) {}, nullptr);
    second.start([](void*) {}, nullptr);
    EXPECT_EQ(order, (std::vector<int>{0, 1}));
    door.open();
    shards.run();
}

}  // namespace
}  // namespace kafka::broker
