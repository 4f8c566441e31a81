// DeleteRecords, answer by answer as Apache Kafka 4.3.0 gives it to the same requests.
#include "protocol/gen/delete_records.h"

#include <gtest/gtest.h>

#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using Answer = DeleteRecordsResponse::Topic::Partition;
using Answers = std::vector<Answer>;

struct Wish {
    std::int32_t partition;
    std::int64_t before;
};

DeleteRecordsRequest request_of(const std::string& topic, const std::vector<Wish>& wishes) {
    DeleteRecordsRequest request;
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    for (const Wish& wish : wishes) {
        auto& partition = asked.partitions.emplace_back();
        partition.partition_index = {wish.partition};
        partition.offset = {wish.before};
    }
    return request;
}

Answer starts_at(std::int64_t low_watermark, std::int32_t partition = 0) {
    return {.partition_index = {partition},
            .low_watermark = {low_watermark},
            .error_code = ErrorCode::NONE};
}
Answer refused_with(ErrorCode error, std::int32_t partition = 0) {
    return {.partition_index = {partition}, .low_watermark = {-1}, .error_code = error};
}

Answer delete_before(TestShards& shards, std::int64_t offset, std::int16_t version = 2) {
    const auto response = shards.ask(request_of("orders", {{0, offset}}), version);
    return response.topics.at(0).partitions.at(0);
}

Uuid create_with_records(TestShards& shards, int count, const storage::LogConfig& config = {}) {
    const Uuid id = shards.create_topic("orders", 2, config);
    for (int i = 0; i < count; ++i) produce_one(shards, id, batch());
    return id;
}

TEST(DeleteRecords, MovesTheLogStartForwardOnly) {
    TestShards shards;
    const Uuid id = create_with_records(shards, 5);

    for (std::int16_t version = 0; version <= 2; ++version) {
        EXPECT_EQ(delete_before(shards, version + 1, version), starts_at(version + 1));
    }
    EXPECT_EQ(delete_before(shards, 0), starts_at(3));
    EXPECT_EQ(delete_before(shards, 5), starts_at(5));
    EXPECT_EQ(shards.partition(id).log_start_offset(), Offset{5});
}

TEST(DeleteRecords, TakesMinusOneForTheHighWatermark) {
    TestShards shards;
    create_with_records(shards, 4);

    EXPECT_EQ(delete_before(shards, -1), starts_at(4));
    EXPECT_EQ(delete_before(shards, -1), starts_at(4));
}

TEST(DeleteRecords, RefusesOffsetsThatAreNotCommittedOrNoOffsets) {
    TestShards shards;
    create_with_records(shards, 4);

    for (const std::int64_t offset : {std::int64_t{5}, std::int64_t{1} << 62, std::int64_t{-2}}) {
        EXPECT_EQ(delete_before(shards, offset), refused_with(ErrorCode::OFFSET_OUT_OF_RANGE));
    }
    const auto empty = shards.ask(request_of("orders", {{1, 1}}), 2);
    EXPECT_EQ(empty.topics.at(0).partitions,
              Answers{refused_with(ErrorCode::OFFSET_OUT_OF_RANGE, 1)});
}

TEST(DeleteRecords, LeavesCompactedTopicsAlone) {
    TestShards shards;
    storage::LogConfig config;
    config.cleanup_compact = true;
    config.cleanup_delete = false;
    create_with_records(shards, 4, config);

    EXPECT_EQ(delete_before(shards, 1), refused_with(ErrorCode::POLICY_VIOLATION));
    EXPECT_EQ(delete_before(shards, 100), refused_with(ErrorCode::POLICY_VIOLATION));
}

TEST(DeleteRecords, TakesFromTopicsThatAreCompactedAndDeleted) {
    TestShards shards;
    storage::LogConfig config;
    config.cleanup_compact = true;
    create_with_records(shards, 4, config);

    EXPECT_EQ(delete_before(shards, 1), starts_at(1));
}

TEST(DeleteRecords, LeavesInternalTopicsAlone) {
    TestShards shards;
    shards.create_topic("__consumer_offsets");

    const auto response = shards.ask(request_of("__consumer_offsets", {{0, 0}, {99, 0}}), 2);

    EXPECT_EQ(response.topics.at(0).partitions,
              (Answers{refused_with(ErrorCode::INVALID_TOPIC_EXCEPTION),
                       refused_with(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, 99)}));
}

TEST(DeleteRecords, AnswersAPartitionOnceAndTheLastWordCounts) {
    TestShards shards(2);
    create_with_records(shards, 4);
    DeleteRecordsRequest request = request_of("orders", {{0, -1}, {1, 0}});
    request.topics.push_back(request_of("orders", {{0, 100}}).topics[0]);
    request.topics.push_back(request_of("nope", {{0, 0}}).topics[0]);
    request.topics.push_back(request_of("empty", {}).topics[0]);

    const auto response = shards.ask(request, 2);

    ASSERT_EQ(response.topics.size(), 2U);
    EXPECT_EQ(response.topics[0].partitions,
              Answers{refused_with(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)});
    EXPECT_EQ(response.topics[1].partitions,
              (Answers{refused_with(ErrorCode::OFFSET_OUT_OF_RANGE), starts_at(0, 1)}));
}

}  // namespace
}  // namespace kafka::broker
