// ListOffsets, answer by answer as Apache Kafka 4.3.0 gives it to the same requests.
#include "protocol/gen/list_offsets.h"

#include <gtest/gtest.h>

#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using Answer = ListOffsetsResponse::Topic::Partition;
using Answers = std::vector<Answer>;

constexpr std::int64_t kT0 = 1'699'999'000'000;

struct Question {
    std::int32_t partition = 0;
    std::int64_t timestamp = -1;
    std::int32_t current_leader_epoch = -1;
};

void ask_of(ListOffsetsRequest& request, const std::string& topic,
            const std::vector<Question>& questions) {
    auto& asked = request.topics.emplace_back();
    asked.name = topic;
    for (const Question& question : questions) {
        auto& partition = asked.partitions.emplace_back();
        partition.partition_index = {question.partition};
        partition.timestamp = {question.timestamp};
        partition.current_leader_epoch = {question.current_leader_epoch};
    }
}

ListOffsetsRequest request_of(const std::vector<Question>& questions) {
    ListOffsetsRequest request;
    request.replica_id = {-1};
    ask_of(request, "orders", questions);
    return request;
}

Answer ask(TestShards& shards, const Question& question, std::int16_t version = 11) {
    const auto response = shards.ask_and_wait(request_of({question}), version);
    return response.topics.at(0).partitions.at(0);
}

Answer found(std::int64_t offset, std::int64_t timestamp = -1, std::int32_t epoch = 0) {
    Answer answer;
    answer.offset = {offset};
    answer.timestamp = {timestamp};
    answer.leader_epoch = {epoch};
    return answer;
}

Answer refused_with(ErrorCode error, std::int32_t partition = 0) {
    Answer answer;
    answer.partition_index = {partition};
    answer.error_code = error;
    return answer;
}

const Answer kNothing{};

Bytes batch_at(std::int64_t start, const std::vector<std::int64_t>& deltas,
               CompressionType codec = CompressionType::None) {
    BatchOptions options;
    options.compression.type = codec;
    RecordBatchBuilder builder(options);
    for (const std::int64_t delta : deltas) {
        builder.append(
            {.timestamp = {start + delta}, .key = text("k"), .value = text("v"), .headers = {}});
    }
    return builder.build();
}

// Offsets 0-2 at 0, 50, 20; 3-4 at -1000, -990; 5-7, packed, at 0, 100, 100 after kT0.
Uuid fill(TestShards& shards) {
    const Uuid id = shards.create_topic("orders", 2);
    produce_one(shards, id, batch_at(kT0, {0, 50, 20}));
    produce_one(shards, id, batch_at(kT0 - 1000, {0, 10}));
    produce_one(shards, id, batch_at(kT0, {0, 100, 100}, CompressionType::Gzip));
    return id;
}

TEST(ListOffsets, FindsTheEndsOfAnEmptyLogInEveryVersion) {
    TestShards shards;
    shards.create_topic("orders");
    for (std::int16_t version = 1; version <= 11; ++version) {
        const Answer ends = found(0, -1, version < 4 ? -1 : 0);
        EXPECT_EQ(ask(shards, {.timestamp = -1}, version), ends);
        EXPECT_EQ(ask(shards, {.timestamp = -2}, version), ends);
    }
}

TEST(ListOffsets, KnowsASpecialTimestampFromItsVersionOn) {
    TestShards shards;
    shards.create_topic("orders");
    const auto unsupported = refused_with(ErrorCode::UNSUPPORTED_VERSION);

    EXPECT_EQ(ask(shards, {.timestamp = -3}, 6), unsupported);
    EXPECT_EQ(ask(shards, {.timestamp = -3}, 7), kNothing);
    EXPECT_EQ(ask(shards, {.timestamp = -4}, 7), unsupported);
    EXPECT_EQ(ask(shards, {.timestamp = -4}, 8), found(0));
    EXPECT_EQ(ask(shards, {.timestamp = -5}, 8), unsupported);
    EXPECT_EQ(ask(shards, {.timestamp = -5}, 9), kNothing);
    EXPECT_EQ(ask(shards, {.timestamp = -6}, 10), unsupported);
    EXPECT_EQ(ask(shards, {.timestamp = -6}, 11), kNothing);
    EXPECT_EQ(ask(shards, {.timestamp = -7}, 11), unsupported);
    EXPECT_EQ(ask(shards, {.partition = 9, .timestamp = -100}, 11),
              refused_with(ErrorCode::UNSUPPORTED_VERSION, 9));
}

TEST(ListOffsets, FindsTheFirstRecordAtOrAfterATime) {
    TestShards shards;
    fill(shards);
    const auto at = [&](std::int64_t after) { return ask(shards, {.timestamp = kT0 + after}); };

    EXPECT_EQ(ask(shards, {.timestamp = 0}), found(0, kT0));
    EXPECT_EQ(at(-1000), found(0, kT0));
    EXPECT_EQ(at(0), found(0, kT0));
    EXPECT_EQ(at(1), found(1, kT0 + 50));
    EXPECT_EQ(at(21), found(1, kT0 + 50));
    EXPECT_EQ(at(50), found(1, kT0 + 50));
    EXPECT_EQ(at(51), found(6, kT0 + 100));
    EXPECT_EQ(at(100), found(6, kT0 + 100));
    EXPECT_EQ(at(101), kNothing);
}

TEST(ListOffsets, FindsTheEndsAndTheLatestTime) {
    TestShards shards;
    fill(shards);

    EXPECT_EQ(ask(shards, {.timestamp = -1}), found(8));
    EXPECT_EQ(ask(shards, {.timestamp = -2}), found(0));
    EXPECT_EQ(ask(shards, {.timestamp = -3}), found(6, kT0 + 100));
    EXPECT_EQ(ask(shards, {.timestamp = -4}), found(0));
    EXPECT_EQ(ask(shards, {.timestamp = -5}), kNothing);
    EXPECT_EQ(ask(shards, {.timestamp = -6}), kNothing);
}

TEST(ListOffsets, LooksForNothingBeforeTheLogStart) {
    TestShards shards;
    const Uuid id = fill(shards);
    ASSERT_TRUE(shards.partition(id).delete_records({4}).ok());

    EXPECT_EQ(ask(shards, {.timestamp = -2}), found(4));
    EXPECT_EQ(ask(shards, {.timestamp = -4}), found(4));
    EXPECT_EQ(ask(shards, {.timestamp = 0}), found(4, kT0 - 990));
    EXPECT_EQ(ask(shards, {.timestamp = kT0}), found(5, kT0));
    EXPECT_EQ(ask(shards, {.timestamp = -3}), found(6, kT0 + 100));
}

TEST(ListOffsets, DoesNotShowAConsumerWhatIsNotCommitted) {
    TestShards shards;
    storage::LogConfig config;
    config.flush_messages = 1;
    const Uuid id = shards.create_topic("orders", 1, config);
    Bytes records = batch_at(kT0, {0});
    // Appended behind the handler's back: nobody syncs it.
    ASSERT_TRUE(shards.partition(id).append_as_leader(records, {}, {kT0}).ok());

    EXPECT_EQ(ask(shards, {.timestamp = -1}), found(0));
    EXPECT_EQ(ask(shards, {.timestamp = kT0}), kNothing);
    ListOffsetsRequest of_a_replica = request_of({{.timestamp = -1}});
    of_a_replica.replica_id = {2};
    EXPECT_EQ(shards.ask(of_a_replica, 11).topics.at(0).partitions.at(0), found(1));
}

TEST(ListOffsets, ComparesTheLeaderEpochWithItsOwn) {
    TestShards shards;
    fill(shards);

    EXPECT_EQ(ask(shards, {.timestamp = -1, .current_leader_epoch = 0}), found(8));
    for (const std::int64_t timestamp : {std::int64_t{-2}, std::int64_t{-6}, kT0}) {
        EXPECT_EQ(ask(shards, {.timestamp = timestamp, .current_leader_epoch = 5}),
                  refused_with(ErrorCode::UNKNOWN_LEADER_EPOCH));
    }
    EXPECT_EQ(ask(shards, {.timestamp = -1, .current_leader_epoch = -2}),
              refused_with(ErrorCode::FENCED_LEADER_EPOCH));
}

TEST(ListOffsets, AnswersAPartitionOnceAndRefusesItWhenItWasNamedTwice) {
    TestShards shards;
    fill(shards);
    ListOffsetsRequest request = request_of({{.partition = 0}, {.partition = 1}});
    ask_of(request, "orders", {{.partition = 0, .timestamp = -2}});
    ask_of(request, "orders", {{.partition = 7}, {.partition = 7}});
    ask_of(request, "empty", {});

    const auto response = shards.ask(request, 11);

    ASSERT_EQ(response.topics.size(), 1U);
    Answer other = found(0);
    other.partition_index = {1};
    EXPECT_EQ(response.topics[0].partitions,
              (Answers{refused_with(ErrorCode::INVALID_REQUEST, 0), other,
                       refused_with(ErrorCode::INVALID_REQUEST, 7)}));
}

TEST(ListOffsets, DoesNotKnowWhatIsNotThere) {
    TestShards shards(3);
    fill(shards);
    ListOffsetsRequest request = request_of({{.partition = -1}, {.partition = 9}});
    ask_of(request, "nope", {{.partition = 0}});

    const auto response = shards.ask(request, 11);

    const ErrorCode unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    ASSERT_EQ(response.topics.size(), 2U);
    EXPECT_EQ(response.topics[0].name, "nope");
    EXPECT_EQ(response.topics[0].partitions, Answers{refused_with(unknown)});
    EXPECT_EQ(response.topics[1].partitions,
              (Answers{refused_with(unknown, -1), refused_with(unknown, 9)}));
}

TEST(ListOffsets, FailsAsAWholeOverAnUnknownIsolationLevel) {
    TestShards shards;
    fill(shards);
    ListOffsetsRequest request = request_of({{.partition = 0}, {.partition = 0}});
    request.isolation_level = 2;
    ask_of(request, "nope", {});

    const auto response = shards.ask(request, 11);

    ASSERT_EQ(response.topics.size(), 2U);
    const Answer failed = refused_with(ErrorCode::UNKNOWN_SERVER_ERROR);
    EXPECT_EQ(response.topics[0].partitions, (Answers{failed, failed}));
    EXPECT_TRUE(response.topics[1].partitions.empty());
}

TEST(ListOffsets, SendsTheClientAwayFromAPartitionThatIsElsewhere) {
    TestShards shards;
    const Uuid id = fill(shards);
    shards.close_partition(id);

    EXPECT_EQ(ask(shards, {}), refused_with(ErrorCode::NOT_LEADER_OR_FOLLOWER));
}

}  // namespace
}  // namespace kafka::broker
