// Groups on the real runtime and a real log, on a file system that dies at a chosen step, refuses
// writes and fills up: an acknowledged commit is there for ever, and to members with a live session
// a restart is invisible.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "coordinator/runtime.h"
#include "group_world.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"

namespace kafka::groups {
namespace {

constexpr int kEvents = 150;
constexpr std::int32_t kPartitions = 6;
constexpr std::uint64_t kRoomyDisk = 1 << 30;
const std::string kGroup = "readers";

struct Member {
    std::string id;
    MemberEpoch epoch{0};
    std::set<std::int32_t> owned{};
};

// What a committed offset may be: the last that was acknowledged, or one that was tried since.
struct Committed {
    Offset acknowledged{-1};
    std::set<Offset> may_be{Offset{-1}};
};

class GroupsOnDisk final : coordinator::Outbox<Reply> {
  public:
    explicit GroupsOnDisk(std::uint64_t seed) : chance_(seed), committed_(kPartitions) {
        orders_ = metadata_.put_topic("orders", kPartitions);
        for (const char* id : {"first", "second", "third"}) members_.push_back({id});
        CHECK(files_.create_directory(kFolder).ok(), "a folder");
        start();
    }
    ~GroupsOnDisk() override { runtime_.reset(); }

    int steps() const { return files_.steps(); }
    int acknowledged_commits() const { return acknowledged_commits_; }
    int restarts() const { return lives_ - 1; }

    void run(int die_at_step, bool disk_fails) {
        if (die_at_step >= 0) files_.die_at_step(die_at_step);
        for (int i = 0; i < kEvents; ++i) {
            const auto what = chance_() % 10;
            if (what < 4) heartbeat(members_[chance_() % members_.size()]);
            if (what >= 4 && what < 8) commit(members_[chance_() % members_.size()]);
            if (what == 8) pass_time();
            if (what == 9 && disk_fails) harm_the_disk();
            if (files_.is_dead() || runtime_->availability() != ErrorCode::NONE) restart();
            if (testing::Test::HasFailure()) return;
        }
        restart();
    }

  private:
    static constexpr const char* kFolder = "/data/__consumer_offsets-0";
    using Runtime = coordinator::Runtime<GroupCoordinator>;

    void send(Reply) override {}
    void fail_all(ErrorCode) override {}
    void wants_loading() override {}

    Context context() const { return {now_, config_, metadata_}; }

    void start() {
        storage::Partition::OpenOptions options;
        options.recovery = storage::RecoveryMode::ProcessKilled;
        auto opened = storage::Partition::open(
            files_, kFolder, {"__consumer_offsets", PartitionIndex{0}}, Uuid{}, options);
        CHECK(opened.ok(), "what was written can be opened");
        partition_ = opened.take();
        partition_->become_leader(LeaderEpoch{lives_++});
        runtime_ = loaded_anew();
    }
    std::unique_ptr<Runtime> loaded_anew() {
        coordinator::Outbox<Reply>& outbox = *this;
        auto runtime = std::make_unique<Runtime>(*partition_, outbox);
        while (!runtime->load(1 << 20, context())) {
        }
        CHECK(runtime->availability() == ErrorCode::NONE, "it can be loaded");
        return runtime;
    }

    void restart() {
        files_.kill_process();
        files_.set_capacity(kRoomyDisk);
        runtime_.reset();
        partition_.reset();
        start();
        EXPECT_TRUE(loaded_anew()->machine().same_hard_state(runtime_->machine()));
        for (std::int32_t i = 0; i < kPartitions; ++i) expect_committed(i);
    }

    // Nothing when the answer never came: whether it happened is known to nobody.
    template <class R>
    std::optional<R> decide(Answered<R> answered) {
        runtime_->carry_out(std::move(answered.effects), context());
        ErrorCode outcome = ErrorCode::REQUEST_TIMED_OUT;
        runtime_->when_committed([&outcome](ErrorCode error) { outcome = error; });
        if (outcome != ErrorCode::NONE || files_.is_dead()) return std::nullopt;
        return std::move(answered.response);
    }

    void heartbeat(Member& member) {
        ConsumerGroupHeartbeatRequest request;
        request.group_id = kGroup;
        request.member_id = member.id;
        request.member_epoch = member.epoch;
        request.rebalance_timeout_ms = 20'000;
        request.subscribed_topic_names = {"orders"};
        auto& owned = request.topic_partitions.emplace();
        if (!member.owned.empty()) {
            auto& topic = owned.emplace_back();
            topic.topic_id = orders_;
            for (const std::int32_t each : member.owned) topic.partitions.push_back({each});
        }
        const ConsumerHeartbeat beat{request, 1, member.id, "/10.0.0.1", ""};
        const auto response = decide(runtime_->machine().consumer_heartbeat(beat, context()));
        if (!response) return;
        ASSERT_EQ(response->error_code, ErrorCode::NONE) << "no restart costs a member its place";
        EXPECT_GE(response->member_epoch, member.epoch);
        member.epoch = response->member_epoch;
        if (!response->assignment) return;
        member.owned.clear();
        for (const auto& topic : response->assignment->topic_partitions) {
            for (const PartitionIndex each : topic.partitions) member.owned.insert(each.value);
        }
        expect_one_owner_each();
    }

    void expect_one_owner_each() const {
        std::set<std::int32_t> taken;
        for (const Member& member : members_) {
            for (const std::int32_t each : member.owned) {
                EXPECT_TRUE(taken.insert(each).second) << "two own " << each;
            }
        }
    }

    void commit(const Member& member) {
        if (member.owned.empty()) return;
        const std::int32_t partition = *member.owned.begin();
        const Offset offset{++last_offset_};
        OffsetCommitRequest request;
        request.group_id = kGroup;
        request.member_id = member.id;
        request.generation_id_or_member_epoch = member.epoch.value;
        request.topics.push_back(
            {"orders", Uuid{}, {{PartitionIndex{partition}, offset, LeaderEpoch{0}, ""}}});
        Committed& known = committed_[static_cast<std::size_t>(partition)];
        known.may_be.insert(offset);
        const auto response = decide(runtime_->machine().offset_commit(request, 9, context()));
        if (!response) return;
        const ErrorCode error = response->topics[0].partitions[0].error_code;
        if (error != ErrorCode::NONE) {
            // It has not heard yet of the epoch that it was given.
            EXPECT_EQ(error, ErrorCode::STALE_MEMBER_EPOCH);
            known.may_be.erase(offset);
            return;
        }
        known = {offset, {offset}};
        ++acknowledged_commits_;
        expect_committed(partition);
    }

    void expect_committed(std::int32_t partition) const {
        OffsetFetchRequest::Group request;
        request.group_id = kGroup;
        request.topics.emplace().push_back({"orders", Uuid{}, {PartitionIndex{partition}}});
        const auto response = runtime_->machine().offset_fetch(request, true);
        const Offset found = response.topics.at(0).partitions.at(0).committed_offset;
        const Committed& known = committed_[static_cast<std::size_t>(partition)];
        EXPECT_TRUE(known.may_be.contains(found))
            << found.value << " is committed, " << known.acknowledged.value << " acknowledged";
    }

    // A call fails, or the disk is full until the next restart.
    void harm_the_disk() {
        if (chance_() % 2 == 0) {
            files_.fail(storage::MemoryFileSystem::Call::Write, kFolder);
        } else {
            files_.set_capacity(0);
        }
    }

    void pass_time() {
        const auto ms = static_cast<std::int64_t>(chance_() % 500);
        now_ = {now_.wall + ms, now_.steady + ms};
        runtime_->run_due(context());
    }

    std::mt19937_64 chance_;
    storage::MemoryFileSystem files_;
    GroupConfig config_;
    TestMetadata metadata_;
    Uuid orders_;
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000'000}};
    std::int32_t lives_ = 0;
    std::unique_ptr<storage::Partition> partition_;
    std::unique_ptr<Runtime> runtime_;
    std::vector<Member> members_;
    std::vector<Committed> committed_;
    std::int64_t last_offset_ = 0;
    int acknowledged_commits_ = 0;
};

TEST(GroupDurability, NothingAcknowledgedIsLostWhereverTheProcessDies) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        GroupsOnDisk whole(seed);
        const int before = whole.steps();
        whole.run(-1, false);
        ASSERT_GT(whole.acknowledged_commits(), 20);
        const int steps = whole.steps() - before;
        ASSERT_GT(steps, 50);
        for (int step = 0; step < steps; ++step) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
            GroupsOnDisk world(seed);

            world.run(step, false);

            if (HasFailure()) return;
        }
    }
}

TEST(GroupDurability, NothingAcknowledgedIsLostOnADiskThatFails) {
    int restarts = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        GroupsOnDisk world(seed);

        world.run(-1, true);

        if (HasFailure()) return;
        restarts += world.restarts();
    }
    EXPECT_GT(restarts, 500);  // the disk did fail
}

}  // namespace
}  // namespace kafka::groups
