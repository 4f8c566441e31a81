// Requests behind requests on one connection: what may overtake what, and what happens to those
// that wait when the client or the broker goes.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "protocol/gen/api_versions.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/metadata.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_fetch.h"
#include "storage/posix_file_system.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/broker/server_fixture.h"

namespace kafka::broker {
namespace {

constexpr std::int16_t kCreateVersion = 4;
constexpr std::int16_t kMetadataVersion = 8;
constexpr std::int16_t kProduceVersion = 8;
constexpr std::int16_t kFetchVersion = 11;
constexpr std::int16_t kCoordinatorVersion = 2;
constexpr std::int16_t kCommitVersion = 7;
constexpr std::int16_t kCommittedVersion = 5;
constexpr std::size_t kOldHeader = 4;  // of an answer: the correlation id alone

Bytes create_topic(const std::string& name, std::int32_t partitions, std::int32_t correlation_id) {
    CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = name;
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    request.timeout_ms = 10'000;
    return frame_of(request, kCreateVersion, correlation_id);
}

Bytes produce(std::int32_t partition, std::int32_t correlation_id, std::int16_t acks = -1,
              Bytes records = batch()) {
    ProduceBuilder builder(acks);
    builder.topic("orders").add(partition, std::move(records));
    return frame_of(builder.request(), kProduceVersion, correlation_id);
}

// From the beginning of partition 0.
Bytes fetch(std::chrono::milliseconds max_wait, std::int32_t min_bytes, std::int32_t correlation_id,
            std::int64_t offset = 0) {
    FetchRequest request;
    request.max_wait_ms = static_cast<std::int32_t>(max_wait.count());
    request.min_bytes = min_bytes;
    request.max_bytes = 64 << 20;
    auto& topic = request.topics.emplace_back();
    topic.topic = "orders";
    auto& partition = topic.partitions.emplace_back();
    partition.fetch_offset = {offset};
    partition.partition_max_bytes = 64 << 20;
    return frame_of(request, kFetchVersion, correlation_id);
}

Bytes api_versions(std::int32_t correlation_id) {
    return frame_of(ApiVersionsRequest{}, 0, correlation_id);
}

Bytes find_coordinator(const std::string& group, std::int32_t correlation_id) {
    FindCoordinatorRequest request;
    request.key = group;
    return frame_of(request, kCoordinatorVersion, correlation_id);
}

Bytes commit(const std::string& group, const std::string& topic, std::int64_t offset,
             std::int32_t correlation_id) {
    OffsetCommitRequest request;
    request.group_id = group;
    auto& named = request.topics.emplace_back();
    named.name = topic;
    named.partitions.emplace_back().committed_offset = {offset};
    return frame_of(request, kCommitVersion, correlation_id);
}

ErrorCode code_of_commit(Bytes& answer) {
    return decode_answer<OffsetCommitResponse>(answer, kCommitVersion, kOldHeader)
        .topics.at(0)
        .partitions.at(0)
        .error_code;
}

// What the group has committed of partition 0 of orders.
Bytes committed(const std::string& group, std::int32_t correlation_id) {
    OffsetFetchRequest request;
    request.group_id = group;
    auto& topic = request.topics.emplace().emplace_back();
    topic.name = "orders";
    topic.partition_indexes = {PartitionIndex{0}};
    return frame_of(request, kCommittedVersion, correlation_id);
}

Offset committed_offset_of(Bytes& answer) {
    return decode_answer<OffsetFetchResponse>(answer, kCommittedVersion, kOldHeader)
        .topics.at(0)
        .partitions.at(0)
        .committed_offset;
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

SocketClient client_of_orders(TestBroker& broker, std::int32_t partitions) {
    SocketClient client = broker.connect();
    client.send(create_topic("orders", partitions, 0));
    auto created = client.receive();
    CHECK(created.has_value(), "the broker answers");
    const auto answer = decode_answer<CreateTopicsResponse>(*created, kCreateVersion, kOldHeader);
    CHECK(answer.topics[0].error_code == ErrorCode::NONE, "the topic is made");
    return client;
}

TEST(Pipeline, ProducesToManyPartitionsAreAnsweredInOrderAndAppendedInOrder) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 16);
    Bytes requests;
    for (std::int32_t i = 0; i < 640; ++i) append(requests, produce(i * 7 % 16, i));

    client.send(requests);

    std::map<std::int32_t, std::int64_t> next_offset;
    for (std::int32_t i = 0; i < 640; ++i) {
        auto answer = client.receive();
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(correlation_id_of(*answer), i);
        const auto response = decode_answer<ProduceResponse>(*answer, kProduceVersion, kOldHeader);
        const ProduceAnswer& partition = response.responses[0].partition_responses[0];
        ASSERT_EQ(partition.error_code, ErrorCode::NONE);
        ASSERT_EQ(partition.base_offset.value, next_offset[partition.index.value]++);
    }
}

// Groups live on both shards, and a commit to an unknown topic is decided where it came in: answers
// are ready in another order than that of the requests.
TEST(Pipeline, CommitsOfManyGroupsAreAnsweredInOrderAndTheLastOfEachGroupHolds) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 1);
    constexpr std::int32_t kGroups = 8;
    constexpr std::int32_t kCommits = 1'000;
    const auto group = [](std::int32_t i) { return "group-" + std::to_string(i % kGroups); };
    const auto is_to_nowhere = [](std::int32_t i) { return i % 7 == 3; };
    client.send(find_coordinator("any", 0));
    client.receive();
    Bytes requests;
    std::map<std::string, std::int64_t> last;
    for (std::int32_t i = 0; i < kCommits; ++i) {
        append(requests, commit(group(i), is_to_nowhere(i) ? "nowhere" : "orders", i, i));
        if (!is_to_nowhere(i)) last[group(i)] = i;
    }
    for (std::int32_t i = 0; i < kGroups; ++i) append(requests, committed(group(i), kCommits + i));

    client.send(requests);

    for (std::int32_t i = 0; i < kCommits; ++i) {
        auto answer = client.receive();
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(correlation_id_of(*answer), i);
        ASSERT_EQ(code_of_commit(*answer),
                  is_to_nowhere(i) ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION : ErrorCode::NONE);
    }
    for (std::int32_t i = 0; i < kGroups; ++i) {
        auto answer = client.receive().value();
        ASSERT_EQ(correlation_id_of(answer), kCommits + i);
        EXPECT_EQ(committed_offset_of(answer), Offset{last[group(i)]});
    }
}

// `__consumer_offsets` comes into being between the commits that come too early and the others.
TEST(Pipeline, CommitsAroundTheFirstSearchForACoordinatorAreAnsweredInOrder) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 1);
    Bytes requests;
    for (std::int32_t i = 0; i < 20; ++i) append(requests, commit("readers", "orders", i, i));
    append(requests, find_coordinator("readers", 20));
    for (std::int32_t i = 21; i < 40; ++i) append(requests, commit("readers", "orders", i, i));
    append(requests, committed("readers", 40));

    client.send(requests);

    for (std::int32_t i = 0; i < 40; ++i) {
        auto answer = client.receive();
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(correlation_id_of(*answer), i);
        if (i == 20) continue;
        ASSERT_EQ(code_of_commit(*answer), i < 20 ? ErrorCode::NOT_COORDINATOR : ErrorCode::NONE);
    }
    auto answer = client.receive().value();
    EXPECT_EQ(correlation_id_of(answer), 40);
    EXPECT_EQ(committed_offset_of(answer), Offset{39});
}

TEST(Pipeline, MetadataBehindCreateTopicsSeesTheTopicAtTheAddressThatWasDialled) {
    TestBroker broker;
    SocketClient client = broker.connect();
    MetadataRequest ask;
    ask.topics.emplace().emplace_back().name = "orders";
    ask.allow_auto_topic_creation = false;
    Bytes requests = create_topic("orders", 3, 1);
    append(requests, frame_of(ask, kMetadataVersion, 2));

    client.send(requests);

    EXPECT_EQ(correlation_id_of(client.receive().value()), 1);
    auto answer = client.receive().value();
    const auto response = decode_answer<MetadataResponse>(answer, kMetadataVersion, kOldHeader);
    EXPECT_EQ(response.topics[0].error_code, ErrorCode::NONE);
    EXPECT_EQ(response.topics[0].partitions.size(), 3U);
    ASSERT_EQ(response.brokers.size(), 1U);
    EXPECT_EQ(response.brokers[0].host, "127.0.0.1");
    EXPECT_EQ(response.brokers[0].port, broker.port());
}

TEST(Pipeline, ARequestBehindALongPollWaitsForItsAnswer) {
    TestBroker broker;
    SocketClient producer = client_of_orders(broker, 1);
    SocketClient consumer = broker.connect();
    Bytes requests = fetch(std::chrono::minutes(10), 1, 1);
    append(requests, api_versions(2));
    consumer.send(requests);
    // An answer that somebody else gets shows that the poll has been parked, or will be.
    SocketClient other = broker.connect();
    other.send(api_versions(9));
    other.receive();

    producer.send(produce(0, 3));

    auto first = consumer.receive().value();
    EXPECT_EQ(correlation_id_of(first), 1);
    const auto fetched = decode_answer<FetchResponse>(first, kFetchVersion, kOldHeader);
    EXPECT_EQ(fetched.responses[0].partitions[0].high_watermark, Offset{1});
    EXPECT_EQ(correlation_id_of(consumer.receive().value()), 2);
}

TEST(Pipeline, ALongPollEndsEarlyWhenItsClientStopsSending) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 1);

    client.send(fetch(std::chrono::minutes(10), 1, 1));
    client.finish_sending();

    EXPECT_EQ(correlation_id_of(client.receive().value()), 1);
    EXPECT_TRUE(client.is_closed());
}

TEST(Pipeline, TheBrokerStopsInSpiteOfLongPolls) {
    auto broker = std::make_unique<TestBroker>();
    SocketClient client = client_of_orders(*broker, 1);
    client.send(fetch(std::chrono::minutes(10), 1, 1));
    const auto before = std::chrono::steady_clock::now();

    broker.reset();

    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(4));
}

TEST(Pipeline, ProduceWithoutAcksIsAnsweredBySilence) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 2);
    Bytes requests;
    for (std::int32_t i = 0; i < 50; ++i) append(requests, produce(i % 2, i, 0));
    append(requests, produce(0, 100));

    client.send(requests);

    auto answer = client.receive().value();
    EXPECT_EQ(correlation_id_of(answer), 100);
    const auto response = decode_answer<ProduceResponse>(answer, kProduceVersion, kOldHeader);
    EXPECT_EQ(response.responses[0].partition_responses[0].base_offset, Offset{25});
}

TEST(Pipeline, ProduceWithoutAcksThatFailsClosesTheConnection) {
    TestBroker broker;
    SocketClient client = client_of_orders(broker, 1);

    client.send(produce(7, 1, 0));

    EXPECT_TRUE(client.is_closed());
}

class OnDisk : public testing::Test {
  protected:
    OnDisk() {
        char pattern[] = "/tmp/barnabas-pipeline-XXXXXX";
        folder_ = ::mkdtemp(pattern);
    }
    ~OnDisk() override { std::filesystem::remove_all(folder_); }

    std::string folder_;
    storage::PosixFileSystem files_;
};

// The answer goes from the file to the socket in many steps, as the reader takes it.
TEST_F(OnDisk, ALargeFetchArrivesWholeAndWhatFollowsItToo) {
    TestBroker broker(files_, Settings{{"log.dirs", folder_}});
    SocketClient client = client_of_orders(broker, 1);
    constexpr std::int32_t kBatches = 40;
    const std::string value(900'000, 'v');
    for (std::int32_t i = 0; i < kBatches; ++i) {
        RecordBatchBuilder builder({});
        builder.append(
            {.timestamp = {1'700'000'000'000}, .key = {}, .value = text(value), .headers = {}});
        client.send(produce(0, i, -1, builder.build()));
        ASSERT_TRUE(client.receive().has_value());
    }
    Bytes requests = fetch(std::chrono::milliseconds(0), 1, 1);
    append(requests, fetch(std::chrono::milliseconds(0), 1, 2, kBatches - 1));
    append(requests, api_versions(3));

    client.send(requests);

    auto all = client.receive().value();
    EXPECT_EQ(correlation_id_of(all), 1);
    const auto answer = decode_answer<FetchResponse>(all, kFetchVersion, kOldHeader);
    const auto& records = answer.responses[0].partitions[0].records;
    ASSERT_TRUE(records.has_value());
    EXPECT_GT(records->size(), kBatches * value.size());
    // The base offset of each batch, from the first to the last.
    std::size_t at = 0;
    for (std::int64_t i = 0; i < kBatches; ++i) {
        ASSERT_LT(at + 12, records->size());
        EXPECT_EQ(load_be<std::int64_t>(records->bytes.data() + at), i);
        at += 12 + static_cast<std::size_t>(load_be<std::int32_t>(records->bytes.data() + at + 8));
    }
    EXPECT_EQ(at, records->size());
    EXPECT_EQ(correlation_id_of(client.receive().value()), 2);
    EXPECT_EQ(correlation_id_of(client.receive().value()), 3);
}

}  // namespace
}  // namespace kafka::broker
