// Produce, answer by answer as Apache Kafka 4.3.0 gives it to the same requests.
#include <gtest/gtest.h>

#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using Answers = std::vector<ProduceAnswer>;

TEST(Produce, TellsTheOffsetInEveryVersion) {
    for (std::int16_t version = 3; version <= 13; ++version) {
        TestShards shards;
        const Uuid id = shards.create_topic("orders");
        const auto builder = ProduceBuilder().topic("orders", id).add(0, batch());
        shards.ask(builder.request(), version);

        const ProduceResponse response = shards.ask(builder.request(), version);

        ASSERT_EQ(response.responses.size(), 1U);
        const auto& topic = response.responses[0];
        EXPECT_EQ(topic.name, version < 13 ? "orders" : "");
        EXPECT_EQ(topic.topic_id, version < 13 ? Uuid{} : id);
        EXPECT_EQ(topic.partition_responses, Answers{appended(0, 1, version < 5 ? -1 : 0)});
        EXPECT_EQ(response.throttle_time_ms, 0);
        EXPECT_TRUE(response.node_endpoints.empty());
    }
}

TEST(Produce, NumbersTheBatchAndKeepsItsBytes) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    produce_one(shards, id, batch());
    Bytes sent = batch();

    produce_one(shards, id, sent);

    const auto stored = shards.partition(id).read_bytes({1}, 1000, storage::ReadLimit::LogEnd);
    MutableRecordBatch expected{MutableBytes(sent)};
    expected.set_base_offset({1});
    expected.set_partition_leader_epoch({0});
    EXPECT_EQ(*stored, sent);
}

TEST(Produce, AnswersEachPartitionForItself) {
    TestShards shards(3);
    const Uuid id = shards.create_topic("orders", 4);
    const auto builder = ProduceBuilder()
                             .topic("orders")
                             .add(3, batch())
                             .add(9, batch())
                             .add(0, batch())
                             .add(-1, batch())
                             .add(1, Bytes{})
                             .topic("nope")
                             .add(0, batch())
                             .topic("empty");

    const ProduceResponse response = shards.ask(builder.request(), 12);

    ASSERT_EQ(response.responses.size(), 2U);
    EXPECT_EQ(response.responses[0].partition_responses,
              (Answers{appended(3, 0), refused(9, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
                       appended(0, 0), refused(-1, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
                       refused(1, ErrorCode::INVALID_RECORD)}));
    EXPECT_EQ(response.responses[1].partition_responses,
              Answers{refused(0, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)});
    EXPECT_EQ(shards.partition(id, 3).log_end_offset(), Offset{1});
}

TEST(Produce, DoesNotKnowATopicIdOfNobody) {
    TestShards shards;
    shards.create_topic("orders");
    Uuid stranger{};
    stranger.bytes[0] = 7;
    const auto builder = ProduceBuilder()
                             .topic(stranger)
                             .add(0, batch())
                             .add(1, batch())
                             .topic(Uuid{})
                             .add(0, batch());

    const ProduceResponse response = shards.ask(builder.request(), 13);

    EXPECT_EQ(response.responses.at(0).partition_responses,
              (Answers{refused(0, ErrorCode::UNKNOWN_TOPIC_ID),
                       refused(1, ErrorCode::UNKNOWN_TOPIC_ID)}));
    EXPECT_EQ(response.responses.at(1).partition_responses,
              Answers{refused(0, ErrorCode::UNKNOWN_TOPIC_ID)});
}

TEST(Produce, TakesNoOtherAcksThanAllOneAndNone) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    for (const int acks : {2, -2, 5}) {
        const auto builder = ProduceBuilder(static_cast<std::int16_t>(acks))
                                 .topic("orders")
                                 .add(0, batch())
                                 .add(1, batch())
                                 .topic("nope")
                                 .add(0, batch());
        const ProduceResponse response = shards.ask(builder.request(), 12);
        EXPECT_EQ(response.responses.at(0).partition_responses,
                  (Answers{refused(0, ErrorCode::INVALID_REQUIRED_ACKS),
                           refused(1, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)}));
        EXPECT_EQ(response.responses.at(1).partition_responses,
                  Answers{refused(0, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)});
    }
    // Bytes that are no batch come before that.
    EXPECT_EQ(produce_one(shards, id, {}, 2), refused(0, ErrorCode::INVALID_RECORD));
    EXPECT_EQ(shards.partition(id).log_end_offset(), Offset{0});
}

TEST(Produce, LeavesInternalTopicsToTheBrokerAndToRepairTools) {
    TestShards shards;
    const Uuid id = shards.create_topic("__consumer_offsets");

    EXPECT_EQ(produce_one(shards, id, batch()), refused(0, ErrorCode::INVALID_TOPIC_EXCEPTION));
    EXPECT_EQ(produce_one(shards, id, {}), refused(0, ErrorCode::INVALID_RECORD));
    EXPECT_EQ(produce_one(shards, id, batch(), 2), refused(0, ErrorCode::INVALID_REQUIRED_ACKS));

    const auto builder = ProduceBuilder().topic(id).add(0, batch());
    const auto answer = shards.ask(builder.request(), 13, "__admin_client");
    EXPECT_EQ(answer.responses.at(0).partition_responses, Answers{appended(0, 0)});
}

TEST(Produce, WithoutAcksSaysNothing) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    const auto silent = ProduceBuilder(0).topic(id).add(0, batch());

    shards.send(silent.request(), 13);
    shards.send(ProduceBuilder(0).request(), 13);

    EXPECT_EQ(shards.partition(id).log_end_offset(), Offset{1});
    // The next answer is the next request's.
    EXPECT_EQ(produce_one(shards, id, batch()), appended(0, 1));
}

TEST(Produce, WithoutAcksHangsUpOnAnError) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    const auto half_wrong = ProduceBuilder(0).topic(id).add(0, batch()).add(7, batch());

    shards.send(half_wrong.request(), 13);

    EXPECT_TRUE(shards.is_closed());
    EXPECT_EQ(shards.partition(id).log_end_offset(), Offset{1});
}

TEST(Produce, AnswersARetryWithTheFirstOffsetAndTime) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    for (std::int32_t sequence = 0; sequence < 7; ++sequence) {
        EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, sequence)), appended(0, sequence));
    }
    // Five batches are remembered.
    ProduceAnswer retried = appended(0, 2);
    retried.log_append_time_ms = {1'700'000'000'000};
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 2)), retried);

    const ErrorCode gap = ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER;
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 1)), refused(0, gap, 0));
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 8)), refused(0, gap, 0));
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 1, 5)), refused(0, gap, 0));
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 1, 0)), appended(0, 7));
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 7)),
              refused(0, ErrorCode::INVALID_PRODUCER_EPOCH, 0));
    // A producer that was never seen, or is forgotten, may begin anywhere.
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(77777, 3, 7)), appended(0, 8));
}

TEST(Produce, TellsTheTimeThatTheBrokerSet) {
    TestShards shards;
    storage::LogConfig config;
    config.message_timestamp_type = TimestampType::LogAppendTime;
    const Uuid id = shards.create_topic("orders", 1, config);
    ProduceAnswer expected = appended(0, 0);
    expected.log_append_time_ms = {shards.clock_.wall_ms()};

    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 0)), expected);
    shards.advance(std::chrono::seconds(1));
    EXPECT_EQ(produce_one(shards, id, idempotent_batch(4, 0, 0)), expected);
}

TEST(Produce, AsksForNoMoreReplicasThanThereAre) {
    TestShards shards;
    storage::LogConfig config;
    config.min_insync_replicas = 2;
    const Uuid id = shards.create_topic("orders", 1, config);

    EXPECT_EQ(produce_one(shards, id, batch(), -1), appended(0, 0));
    EXPECT_EQ(produce_one(shards, id, batch(), 1), appended(0, 1));
}

TEST(Produce, SaysWhereTheLogStartsWhenABatchIsRefusedForWhatItIs) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    for (int i = 0; i < 4; ++i) produce_one(shards, id, batch());
    ASSERT_TRUE(shards.partition(id).delete_records({3}).ok());
    Bytes damaged = batch();
    damaged.back() ^= 1;
    BatchOptions elsewhere;
    elsewhere.base_offset = {5};
    BatchOptions control;
    control.control = true;
    Bytes two = batch();
    two.insert(two.end(), damaged.begin(), damaged.end());
    Bytes unknown_codec = batch();
    unknown_codec[batch_layout::kAttributes + 1] = 5;
    MutableRecordBatch(MutableBytes(unknown_codec))
        .set_max_timestamp(TimestampType::LogAppendTime, {1'700'000'000'000});
    RecordBatchBuilder too_large({});
    const Bytes value(1'100'000, 0);
    too_large.append({.timestamp = {1}, .key = {}, .value = value, .headers = {}});

    EXPECT_EQ(produce_one(shards, id, {}), refused(0, ErrorCode::INVALID_RECORD));
    EXPECT_EQ(produce_one(shards, id, two), refused(0, ErrorCode::INVALID_RECORD));
    EXPECT_EQ(produce_one(shards, id, damaged), refused(0, ErrorCode::CORRUPT_MESSAGE));
    EXPECT_EQ(produce_one(shards, id, too_large.build()), refused(0, ErrorCode::MESSAGE_TOO_LARGE));
    EXPECT_EQ(produce_one(shards, id, batch(elsewhere)), refused(0, ErrorCode::INVALID_RECORD, 3));
    EXPECT_EQ(produce_one(shards, id, unknown_codec),
              refused(0, ErrorCode::UNKNOWN_SERVER_ERROR, 3));
    EXPECT_EQ(produce_one(shards, id, batch(control)), refused(0, ErrorCode::INVALID_RECORD, 3));
    EXPECT_EQ(produce_one(shards, id, batch()), appended(0, 4, 3));
}

TEST(Produce, NamesTheRecordsThatAreRefused) {
    TestShards shards;
    storage::LogConfig config;
    config.cleanup_compact = true;
    const Uuid id = shards.create_topic("orders", 1, config);
    RecordBatchBuilder builder({});
    builder.append({.timestamp = {1}, .key = text("k"), .value = text("v"), .headers = {}});
    builder.append({.timestamp = {1}, .key = {}, .value = text("v"), .headers = {}});

    const ProduceAnswer answer = produce_one(shards, id, builder.build());

    const std::string sentence =
        "Compacted topic cannot accept message without key in topic partition orders-0";
    ProduceAnswer expected = refused(0, ErrorCode::INVALID_RECORD, 0);
    expected.record_errors = {{1, sentence}};
    expected.error_message =
        "One or more records have been rejected due to 1 record errors in total, and only showing "
        "the first three errors at most: [RecordError(batchIndex=1, message='" +
        sentence + "')]";
    EXPECT_EQ(answer, expected);
}

TEST(Produce, BytesThatEndTheReadingCondemnTheWholeRequest) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders", 2);
    Bytes future_format = batch();
    future_format[batch_layout::kMagic] = 3;
    const auto builder = ProduceBuilder()
                             .topic("orders")
                             .add(1, batch())
                             .add(0, future_format)
                             .topic("nope")
                             .add(0, batch());

    const ProduceResponse response = shards.ask(builder.request(), 12);

    ProduceAnswer expected = refused(1, ErrorCode::CORRUPT_MESSAGE);
    expected.error_message = "Invalid magic found in record: 3";
    for (const auto& topic : response.responses) {
        for (const ProduceAnswer& answer : topic.partition_responses) {
            expected.index = answer.index;
            EXPECT_EQ(answer, expected);
        }
    }
    EXPECT_EQ(shards.partition(id, 1).log_end_offset(), Offset{0});
}

// Unlike Kafka, which never answers.
TEST(Produce, TakesNoRecordsForEmptyOnes) {
    TestShards shards;
    shards.create_topic("orders", 2);
    const auto builder = ProduceBuilder().topic("orders").add(0, std::nullopt).add(1, batch());

    const ProduceResponse response = shards.ask(builder.request(), 12);

    EXPECT_EQ(response.responses.at(0).partition_responses,
              (Answers{refused(0, ErrorCode::INVALID_RECORD), appended(1, 0)}));
}

TEST(Produce, SendsTheClientToTheLeader) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    shards.close_partition(id);

    ProduceAnswer expected = refused(0, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    expected.current_leader = {{1}, {0}};
    EXPECT_EQ(produce_one(shards, id, batch()), expected);
}

TEST(Produce, AnswersAStorageErrorWhenTheDiskIsFull) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    produce_one(shards, id, batch());
    shards.files_.fail(storage::MemoryFileSystem::Call::Write, "/data/orders-0");

    EXPECT_EQ(produce_one(shards, id, batch()), refused(0, ErrorCode::KAFKA_STORAGE_ERROR));
    EXPECT_EQ(shards.partition(id).log_end_offset(), Offset{1});
    EXPECT_EQ(produce_one(shards, id, batch()), appended(0, 1));
}

}  // namespace
}  // namespace kafka::broker
