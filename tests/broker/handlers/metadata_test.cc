// What clients learn of brokers, topics and partitions: as Apache Kafka 4.3 answers.
#include "protocol/gen/metadata.h"

#include <gtest/gtest.h>

#include <limits>

#include "protocol/gen/describe_cluster.h"
#include "protocol/gen/describe_topic_partitions.h"
#include "tests/broker/handlers/ask.h"

namespace kafka::broker {
namespace {

constexpr std::int32_t kNotAsked = std::numeric_limits<std::int32_t>::min();

MetadataRequest for_names(const std::vector<std::string>& names, bool create = false) {
    MetadataRequest request;
    request.allow_auto_topic_creation = create;
    for (const std::string& name : names) request.topics->emplace_back().name = name;
    return request;
}

MetadataRequest for_id(const Uuid& id) {
    MetadataRequest request;
    auto& topic = request.topics->emplace_back();
    topic.topic_id = id;
    topic.name.reset();
    return request;
}

std::vector<std::string> names_in(const MetadataResponse& response) {
    std::vector<std::string> names;
    for (const auto& topic : response.topics) names.push_back(topic.name.value_or("(null)"));
    return names;
}

TEST(Metadata, TheBrokerIsWhereTheClientDialled) {
    const TestBroker broker;

    const MetadataResponse response = ask(broker, for_names({}));

    ASSERT_EQ(response.brokers.size(), 1u);
    EXPECT_EQ(response.brokers[0].node_id, BrokerId{1});
    EXPECT_EQ(response.brokers[0].host, "127.0.0.1");
    EXPECT_EQ(response.brokers[0].port, broker.port());
    EXPECT_EQ(response.brokers[0].rack, std::nullopt);
    EXPECT_EQ(response.controller_id, BrokerId{1});
    EXPECT_TRUE(Uuid::parse(response.cluster_id.value_or("")));
}

TEST(Metadata, NullAsksForAllAndEmptyForNoneExceptInVersion0) {
    const TestBroker broker;
    create_topic(broker, "a", 1);
    create_topic(broker, "b", 1);
    MetadataRequest all;
    all.topics.reset();
    const MetadataRequest none = for_names({});
    const std::vector<std::string> both{"a", "b"};

    EXPECT_EQ(names_in(ask(broker, all, 1)), both);
    EXPECT_EQ(names_in(ask(broker, all, 13)), both);
    EXPECT_EQ(names_in(ask(broker, none, 1)), std::vector<std::string>{});
    EXPECT_EQ(names_in(ask(broker, none, 0)), both);
}

TEST(Metadata, TopicsAreFoundByNameAndById) {
    const TestBroker broker;
    const Uuid id = create_topic(broker, "a", 2);

    for (const MetadataRequest& request : {for_names({"a"}), for_id(id)}) {
        const MetadataResponse response = ask(broker, request);

        ASSERT_EQ(response.topics.size(), 1u);
        const auto& topic = response.topics[0];
        EXPECT_EQ(topic.error_code, ErrorCode::NONE);
        EXPECT_EQ(topic.name, "a");
        EXPECT_EQ(topic.topic_id, id);
        ASSERT_EQ(topic.partitions.size(), 2u);
        EXPECT_EQ(topic.partitions[1].leader_id, BrokerId{1});
        EXPECT_EQ(topic.partitions[1].leader_epoch, LeaderEpoch{0});
        EXPECT_EQ(topic.partitions[1].isr_nodes, std::vector<BrokerId>{{1}});
        EXPECT_TRUE(topic.partitions[1].offline_replicas.empty());
    }
}

TEST(Metadata, WhatIsNotThereComesAfterWhatIs) {
    const TestBroker broker;
    create_topic(broker, "a", 1);

    const MetadataResponse response = ask(broker, for_names({"nope", "a", "bad name", "a"}));

    ASSERT_EQ(names_in(response), (std::vector<std::string>{"a", "nope", "bad name"}));
    EXPECT_EQ(response.topics[1].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(response.topics[2].error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
    EXPECT_EQ(response.topics[1].topic_authorized_operations, kNotAsked);
}

TEST(Metadata, UnknownIdsAreAnsweredWithoutAName) {
    const TestBroker broker;

    const MetadataResponse response = ask(broker, for_id(Uuid::random()));

    ASSERT_EQ(response.topics.size(), 1u);
    EXPECT_EQ(response.topics[0].error_code, ErrorCode::UNKNOWN_TOPIC_ID);
    EXPECT_EQ(response.topics[0].name, std::nullopt);
}

TEST(Metadata, IdsBeforeTheirVersionSpoilTheRequest) {
    const TestBroker broker;
    const Uuid id = create_topic(broker, "a", 1);

    const MetadataResponse response = ask(broker, for_id(id), 10);

    EXPECT_TRUE(response.brokers.empty());
    EXPECT_EQ(response.cluster_id, std::nullopt);
    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(response.topics.at(0).topic_id, id);
}

TEST(Metadata, MissingTopicsAreMadeWhenClientAndBrokerAllow) {
    const TestBroker broker(Settings{{"num.partitions", "3"}});

    const MetadataResponse refused = ask(broker, for_names({"a"}, false));
    const MetadataResponse created = ask(broker, for_names({"a", "bad name"}, true));

    EXPECT_EQ(refused.topics.at(0).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(created.topics.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(created.topics.at(0).partitions.size(), 3u);
    EXPECT_EQ(created.topics.at(1).error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
}

TEST(Metadata, NothingIsMadeWhereTheBrokerForbids) {
    const TestBroker broker(Settings{{"auto.create.topics.enable", "false"}});

    const MetadataResponse response = ask(broker, for_names({"a"}, true));

    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

TEST(Metadata, AnInternalTopicIsMadeAsItsCoordinatorNeedsIt) {
    const TestBroker broker(Settings{{"offsets.topic.num.partitions", "7"}});

    const MetadataResponse response = ask(broker, for_names({"__consumer_offsets"}, true));

    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::NONE);
    EXPECT_TRUE(response.topics.at(0).is_internal);
    EXPECT_EQ(response.topics.at(0).partitions.size(), 7u);
}

TEST(Metadata, OperationsAreToldToThoseWhoAsk) {
    const TestBroker broker;
    create_topic(broker, "a", 1);
    MetadataRequest request = for_names({"a"});
    request.include_topic_authorized_operations = true;
    request.include_cluster_authorized_operations = true;

    const MetadataResponse response = ask(broker, request, 8);

    EXPECT_EQ(response.topics.at(0).topic_authorized_operations, 3576);
    EXPECT_EQ(response.cluster_authorized_operations, 8096);
}

TEST(DescribeCluster, BrokersAreToldAndControllersAreElsewhere) {
    const TestBroker broker;
    DescribeClusterRequest controllers;
    controllers.endpoint_type = 2;
    DescribeClusterRequest nonsense;
    nonsense.endpoint_type = 3;

    const DescribeClusterResponse response = ask(broker, DescribeClusterRequest{});

    ASSERT_EQ(response.brokers.size(), 1u);
    EXPECT_EQ(response.brokers[0].port, broker.port());
    EXPECT_FALSE(response.brokers[0].is_fenced);
    EXPECT_EQ(ask(broker, controllers).error_code, ErrorCode::MISMATCHED_ENDPOINT_TYPE);
    EXPECT_EQ(ask(broker, nonsense).error_message, "Unsupported endpoint type 3");
}

DescribeTopicPartitionsRequest page(const std::vector<std::string>& names, std::int32_t limit) {
    DescribeTopicPartitionsRequest request;
    request.response_partition_limit = limit;
    for (const std::string& name : names) request.topics.emplace_back().name = name;
    return request;
}

TEST(DescribeTopicPartitions, PagesFollowOneAnother) {
    const TestBroker broker;
    create_topic(broker, "a", 3);
    create_topic(broker, "b", 2);
    DescribeTopicPartitionsRequest request = page({"b", "a"}, 2);
    std::vector<std::string> seen;
    for (int pages = 1;; ++pages) {
        const DescribeTopicPartitionsResponse response = ask(broker, request);
        for (const auto& topic : response.topics) {
            for (const auto& partition : topic.partitions) {
                seen.push_back(*topic.name + std::to_string(partition.partition_index.value));
            }
        }
        if (!response.next_cursor) {
            EXPECT_EQ(pages, 3);
            break;
        }
        const auto& next = *response.next_cursor;
        request.cursor =
            DescribeTopicPartitionsRequest::Cursor{next.topic_name, next.partition_index};
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"a0", "a1", "a2", "b0", "b1"}));
}

TEST(DescribeTopicPartitions, ACursorMustBeAmongTheTopics) {
    const TestBroker broker;
    create_topic(broker, "a", 1);
    DescribeTopicPartitionsRequest request = page({"a"}, 10);
    request.cursor = DescribeTopicPartitionsRequest::Cursor{"z", PartitionIndex{0}};

    const DescribeTopicPartitionsResponse response = ask(broker, request);

    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::INVALID_REQUEST);
}

TEST(DescribeTopicPartitions, MissingTopicsTakeNoRoom) {
    const TestBroker broker;
    create_topic(broker, "c", 1);

    const DescribeTopicPartitionsResponse response = ask(broker, page({"a", "b", "c", "z"}, 1));

    ASSERT_EQ(response.topics.size(), 3u);
    EXPECT_EQ(response.topics[0].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(response.topics[2].partitions.size(), 1u);
    EXPECT_EQ(response.next_cursor->topic_name, "z");
}

}  // namespace
}  // namespace kafka::broker
