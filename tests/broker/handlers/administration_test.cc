// What administrators do to topics and configurations, end to end: over a socket, through the
// controller, to the partitions on their shards.
#include <gtest/gtest.h>

#include <set>

#include "protocol/gen/create_partitions.h"
#include "protocol/gen/delete_topics.h"
#include "protocol/gen/describe_configs.h"
#include "protocol/gen/describe_log_dirs.h"
#include "protocol/gen/incremental_alter_configs.h"
#include "protocol/gen/init_producer_id.h"
#include "tests/broker/handlers/ask.h"

namespace kafka::broker {
namespace {

constexpr std::int8_t kTopic = 2;
constexpr std::int8_t kBroker = 4;

DescribeConfigsResponse::Result describe(const TestBroker& broker, std::int8_t type,
                                         std::string name,
                                         std::optional<std::vector<std::string>> keys = {}) {
    DescribeConfigsRequest request;
    request.include_synonyms = true;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = std::move(name);
    resource.configuration_keys = std::move(keys);
    return ask(broker, request).results.at(0);
}

ErrorCode set(const TestBroker& broker, std::int8_t type, std::string name, std::string key,
              std::string value) {
    IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = std::move(name);
    auto& config = resource.configs.emplace_back();
    config.name = std::move(key);
    config.value = std::move(value);
    return ask(broker, request).responses.at(0).error_code;
}

std::size_t partitions_on_disk(const TestBroker& broker) {
    DescribeLogDirsRequest request;
    request.topics.reset();
    std::size_t count = 0;
    for (const auto& result : ask(broker, request).results) {
        for (const auto& topic : result.topics) count += topic.partitions.size();
    }
    return count;
}

TEST(Administration, TopicsComeGrowAndGoWithTheirPartitions) {
    const TestBroker broker;
    create_topic(broker, "a", 3);
    EXPECT_EQ(partitions_on_disk(broker), 3u);

    CreatePartitionsRequest more;
    more.topics.emplace_back().name = "a";
    more.topics.back().count = 5;
    more.timeout_ms = 1000;
    EXPECT_EQ(ask(broker, more).results.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(partitions_on_disk(broker), 5u);

    DeleteTopicsRequest removal;
    removal.topics.emplace_back().name = "a";
    removal.timeout_ms = 1000;
    EXPECT_EQ(ask(broker, removal).responses.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(partitions_on_disk(broker), 0u);

    create_topic(broker, "a", 1);
    EXPECT_EQ(partitions_on_disk(broker), 1u);
}

TEST(Administration, NamesInOldVersionsOfDeleteTopicsAreTopicsToo) {
    const TestBroker broker;
    create_topic(broker, "a", 1);
    DeleteTopicsRequest request;
    request.topic_names = {"a", "nope"};
    request.timeout_ms = 1000;

    const DeleteTopicsResponse response = ask(broker, request, 5);

    ASSERT_EQ(response.responses.size(), 2u);
    EXPECT_EQ(response.responses[0].error_code, ErrorCode::NONE);
    EXPECT_EQ(response.responses[1].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST(Administration, WithoutTimeNothingIsDone) {
    const TestBroker broker;
    CreateTopicsRequest request;
    request.topics.emplace_back().name = "a";
    request.timeout_ms = 0;

    EXPECT_EQ(ask(broker, request).topics.at(0).error_code, ErrorCode::REQUEST_TIMED_OUT);
    EXPECT_EQ(partitions_on_disk(broker), 0u);
}

TEST(DescribeConfigs, ATopicHasEveryKeyAndSaysWhereItsValuesComeFrom) {
    const TestBroker broker(Settings{{"log.retention.bytes", "77"}});
    create_topic(broker, "a", 1);
    ASSERT_EQ(set(broker, kTopic, "a", "retention.bytes", "5"), ErrorCode::NONE);

    EXPECT_EQ(describe(broker, kTopic, "a").configs.size(), 33u);
    const auto result =
        describe(broker, kTopic, "a", std::vector<std::string>{"retention.bytes", "nope"});

    EXPECT_EQ(result.error_message, "");
    ASSERT_EQ(result.configs.size(), 1u);
    const auto& config = result.configs[0];
    EXPECT_EQ(config.value, "5");
    EXPECT_EQ(config.config_source, 1);
    ASSERT_EQ(config.synonyms.size(), 3u);
    EXPECT_EQ(config.synonyms[1].name, "log.retention.bytes");
    EXPECT_EQ(config.synonyms[1].value, "77");
    EXPECT_EQ(config.synonyms[1].source, 4);
    EXPECT_EQ(config.synonyms[2].value, "-1");
}

TEST(DescribeConfigs, ADynamicBrokerValueReachesTopics) {
    const TestBroker broker;
    create_topic(broker, "a", 1);

    ASSERT_EQ(set(broker, kBroker, "", "log.retention.ms", "99"), ErrorCode::NONE);
    const auto of_topic = describe(broker, kTopic, "a", std::vector<std::string>{"retention.ms"});
    const auto of_default = describe(broker, kBroker, "");

    EXPECT_EQ(of_topic.configs.at(0).value, "99");
    EXPECT_EQ(of_topic.configs.at(0).config_source, 3);
    ASSERT_EQ(of_default.configs.size(), 2u) << "that, and the cluster's min.insync.replicas";
}

TEST(DescribeConfigs, ABrokerHasItsIdAndReadOnlyKeys) {
    const TestBroker broker;

    const auto result =
        describe(broker, kBroker, "1", std::vector<std::string>{"node.id", "log.segment.bytes"});

    ASSERT_EQ(result.configs.size(), 2u);
    EXPECT_EQ(result.configs[0].name, "log.segment.bytes");
    EXPECT_FALSE(result.configs[0].read_only);
    EXPECT_EQ(result.configs[1].value, "1");
    EXPECT_TRUE(result.configs[1].read_only);
}

TEST(DescribeConfigs, WhatIsNotThereIsRefused) {
    const TestBroker broker;

    EXPECT_EQ(describe(broker, kTopic, "nope").error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(describe(broker, kBroker, "7").error_message,
              "Unexpected broker id, expected 1 or empty string, but received 7");
    EXPECT_EQ(describe(broker, 99, "x").error_code, ErrorCode::INVALID_REQUEST);
}

TEST(InitProducerId, EveryProducerGetsAnIdOfItsOwn) {
    const TestBroker broker;
    std::set<ProducerId> ids;
    for (std::int16_t version = 0; version <= 5; ++version) {
        InitProducerIdRequest request;
        const InitProducerIdResponse response = ask(broker, request, version);
        EXPECT_EQ(response.error_code, ErrorCode::NONE);
        EXPECT_EQ(response.producer_epoch, ProducerEpoch{0});
        EXPECT_TRUE(ids.insert(response.producer_id).second);
    }
}

TEST(InitProducerId, TransactionsWaitForTheirCoordinator) {
    const TestBroker broker;
    InitProducerIdRequest request;
    request.transactional_id = "t";
    request.transaction_timeout_ms = 60'000;
    InitProducerIdRequest too_long = request;
    too_long.transaction_timeout_ms = 99'999'999;
    InitProducerIdRequest unnamed = request;
    unnamed.transactional_id = "";

    EXPECT_EQ(ask(broker, request).error_code, ErrorCode::NOT_COORDINATOR);
    EXPECT_EQ(ask(broker, too_long).error_code, ErrorCode::INVALID_TRANSACTION_TIMEOUT);
    EXPECT_EQ(ask(broker, unnamed).error_code, ErrorCode::INVALID_REQUEST);
}

TEST(DescribeLogDirs, SizesAndRoomAreTold) {
    const TestBroker broker;
    create_topic(broker, "a", 2);
    DescribeLogDirsRequest request;
    auto& asked = request.topics.emplace().emplace_back();
    asked.topic = "a";
    asked.partitions = {{1}, {77}};

    const DescribeLogDirsResponse response = ask(broker, request);

    ASSERT_EQ(response.results.size(), 1u);
    EXPECT_EQ(response.results[0].log_dir, "/data");
    EXPECT_GE(response.results[0].total_bytes, response.results[0].usable_bytes);
    ASSERT_EQ(response.results[0].topics.size(), 1u);
    ASSERT_EQ(response.results[0].topics[0].partitions.size(), 1u);
    EXPECT_EQ(response.results[0].topics[0].partitions[0].partition_index, PartitionIndex{1});
}

}  // namespace
}  // namespace kafka::broker
