// A group that stops committing, seen from outside: by what the log says minutes later.
#include "broker/groups/lag_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "broker/groups/group_shard.h"
#include "protocol/gen/join_group.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/sync_group.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/test_shards.h"

namespace kafka::broker {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

// Two shards, so that high watermarks may have to be asked for elsewhere.
class LagWatchTest : public testing::Test {
  protected:
    LagWatchTest() : shards_(2) {
        shards_.create_topic(std::string(kOffsetsTopic));
        shards_.create_topic("orders", 2);
        for (std::uint32_t i = 0; i < 2; ++i) {
            shards_.shards().at(ShardId{i}).groups().metadata_changed(true);
        }
        shards_.run();
        join();
    }

    void join() {
        JoinGroupRequest join;
        join.group_id = "readers";
        join.session_timeout_ms = 1'800'000;
        join.rebalance_timeout_ms = 1'800'000;
        join.protocol_type = "consumer";
        join.protocols.push_back({"range", {}});
        const JoinGroupResponse joined = shards_.ask(join, 3);
        ASSERT_EQ(joined.error_code, ErrorCode::NONE);
        member_ = joined.member_id;
        generation_ = joined.generation_id;
        SyncGroupRequest sync;
        sync.group_id = "readers";
        sync.member_id = member_;
        sync.generation_id = generation_;
        ASSERT_EQ(shards_.ask(sync, 2).error_code, ErrorCode::NONE);
    }
    void produce(int times) {
        for (int i = 0; i < times; ++i) {
            ProduceBuilder builder(-1);
            builder.topic("orders").add(i % 2, batch());
            shards_.ask(builder.request(), 8);
        }
    }
    void commit(std::int64_t offset) {
        OffsetCommitRequest request;
        request.group_id = "readers";
        request.member_id = member_;
        request.generation_id_or_member_epoch = generation_.value;
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        for (const std::int32_t partition : {0, 1}) {
            auto& committed = topic.partitions.emplace_back();
            committed.partition_index = {partition};
            committed.committed_offset = {offset};
        }
        const OffsetCommitResponse answer = shards_.ask(request, 5);
        ASSERT_EQ(answer.topics.at(0).partitions.at(0).error_code, ErrorCode::NONE);
    }
    // What the log says while the broker runs on for so long, and records come in.
    std::string log_of(int minutes_passed) {
        log::flush();
        testing::internal::CaptureStdout();
        for (int i = 0; i < minutes_passed; ++i) {
            produce(2);
            shards_.advance_all(minutes(1));
        }
        log::flush();
        return testing::internal::GetCapturedStdout();
    }

    TestShards shards_;
    std::string member_;
    GenerationId generation_{0};
};

TEST_F(LagWatchTest, AGroupThatStopsCommittingIsNamedOnce) {
    produce(4);
    commit(1);

    EXPECT_THAT(log_of(5), Not(HasSubstr("stuck")));
    EXPECT_THAT(log_of(2), HasSubstr("the group readers seems stuck: 1 members, nothing committed "
                                     "for 5 minutes, while its lag grew from 4 to 14 records"));
    EXPECT_THAT(log_of(10), Not(HasSubstr("stuck")));
    commit(10);
    EXPECT_THAT(log_of(1), HasSubstr("the group readers moves again"));
}

TEST_F(LagWatchTest, AGroupThatCommitsIsNotNamed) {
    for (int i = 1; i < 10; ++i) {
        commit(i);
        EXPECT_THAT(log_of(1), Not(HasSubstr("stuck")));
    }
}

}  // namespace
}  // namespace kafka::broker
