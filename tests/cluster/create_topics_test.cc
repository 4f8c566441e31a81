// What the controller answers to CreateTopics. Codes and words are what Apache Kafka 4.3 answers.
#include <gtest/gtest.h>

#include "tests/cluster/decision_support.h"

namespace kafka::cluster {
namespace {

struct Outcome {
    ErrorCode code;
    std::string message;
};

Outcome create(const Image& image, CreateTopicsRequest::Topic topic) {
    const auto decision =
        create_topics(image, creation_of({std::move(topic)}), {}, counting_uuids());
    const auto& answer = decision.response.topics.at(0);
    EXPECT_EQ(answer.error_code != ErrorCode::NONE, decision.records.empty());
    return {answer.error_code, answer.error_message.value_or("")};
}

CreateTopicsRequest::Topic with_config(std::string name, std::optional<std::string> value) {
    auto topic = topic_to_create("t");
    auto& config = topic.configs.emplace_back();
    config.name = std::move(name);
    config.value = std::move(value);
    return topic;
}

CreateTopicsRequest::Topic assigned(
    const std::vector<std::pair<std::int32_t, std::vector<BrokerId>>>& assignments) {
    auto topic = topic_to_create("t", -1, -1);
    for (const auto& [index, brokers] : assignments) {
        auto& assignment = topic.assignments.emplace_back();
        assignment.partition_index = {index};
        assignment.broker_ids = brokers;
    }
    return topic;
}

TEST(CreateTopics, ATopicIsLedByItsBrokerFromTheFirstEpoch) {
    Image image = new_cluster();

    const auto decision =
        create_topics(image, creation_of({topic_to_create("orders", 3)}), {}, counting_uuids());
    replay(image, decision.records);

    const Topic* topic = image.topics.find("orders");
    ASSERT_NE(topic, nullptr);
    EXPECT_EQ(topic->id, numbered_uuid(1));
    ASSERT_EQ(topic->partitions.size(), 3u);
    const Partition& partition = topic->partitions[2];
    EXPECT_EQ(partition.leader, BrokerId{1});
    EXPECT_EQ(partition.leader_epoch, LeaderEpoch{0});
    EXPECT_EQ(partition.isr, std::vector<BrokerId>{{1}});
    EXPECT_EQ(partition.directories, std::vector<Uuid>{numbered_uuid(100)});
    const auto& answer = decision.response.topics.at(0);
    EXPECT_EQ(answer.topic_id, topic->id);
    EXPECT_EQ(answer.num_partitions, 3);
    EXPECT_EQ(answer.replication_factor, 1);
    EXPECT_EQ(answer.configs->size(), 33u);
}

TEST(CreateTopics, DefaultsOfTheBrokerHold) {
    const Image image = new_cluster();
    StaticConfigs statics;
    statics.values["num.partitions"] = "4";

    const auto decision = create_topics(image, creation_of({topic_to_create("t", -1, -1)}), statics,
                                        counting_uuids());

    EXPECT_EQ(decision.response.topics.at(0).num_partitions, 4);
}

TEST(CreateTopics, NamesAreChecked) {
    const Image image = cluster_with({"taken", "a.b"});

    EXPECT_EQ(create(image, topic_to_create("")).message,
              "Topic name is invalid: the empty string is not allowed");
    EXPECT_EQ(create(image, topic_to_create("..")).message,
              "Topic name is invalid: '..' is not allowed");
    EXPECT_EQ(create(image, topic_to_create("a b")).message,
              "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
              "alphanumerics, '.', '_' and '-'");
    EXPECT_EQ(create(image, topic_to_create(std::string(250, 'x'))).code,
              ErrorCode::INVALID_TOPIC_EXCEPTION);
    EXPECT_EQ(create(image, topic_to_create(std::string(249, 'x'))).code, ErrorCode::NONE);
    EXPECT_EQ(create(image, topic_to_create("taken")).message, "Topic 'taken' already exists.");
    EXPECT_EQ(create(image, topic_to_create("a_b")).message,
              "Topic 'a_b' collides with existing topic: a.b");
    EXPECT_EQ(create(image, topic_to_create("a.b")).code, ErrorCode::TOPIC_ALREADY_EXISTS);
}

TEST(CreateTopics, CountsAreChecked) {
    const Image image = new_cluster();

    EXPECT_EQ(create(image, topic_to_create("t", 0, 1)).message,
              "Number of partitions was set to an invalid non-positive value.");
    EXPECT_EQ(create(image, topic_to_create("t", 0, 0)).message,
              "Replication factor must be larger than 0, or -1 to use the default value.");
    EXPECT_EQ(create(image, topic_to_create("t", 1, 2)).message,
              "Unable to replicate the partition 2 time(s): The target replication factor of 2 "
              "cannot be reached because only 1 broker(s) are registered or some brokers have all "
              "their log directories cordoned.");
    EXPECT_EQ(create(image, topic_to_create("t", 10'001)).message,
              "Excessively large number of partitions per request.");
    EXPECT_EQ(create(image, topic_to_create("t", 10'000)).message,
              "Unable to perform excessively large batch operation.");
}

TEST(CreateTopics, AssignmentsByHandAreChecked) {
    const Image image = new_cluster();

    EXPECT_EQ(create(image, assigned({{0, {{1}}}, {1, {{1}}}})).code, ErrorCode::NONE);
    EXPECT_EQ(
        create(image, assigned({{0, {{2}}}})).message,
        "The manual partition assignment includes broker 2, but no such broker is registered.");
    EXPECT_EQ(create(image, assigned({{0, {{1}, {1}}}})).message,
              "The manual partition assignment includes the broker 1 more than once.");
    EXPECT_EQ(create(image, assigned({{1, {{1}}}})).message,
              "partitions should be a consecutive 0-based integer sequence");
    EXPECT_EQ(create(image, assigned({{0, {}}})).message,
              "The manual partition assignment includes an empty replica list.");
    EXPECT_EQ(create(image, assigned({{0, {{1}}}, {0, {{1}}}})).message,
              "Found multiple manual partition assignments for partition 0");
    auto counted = assigned({{0, {{1}}}});
    counted.num_partitions = 1;
    EXPECT_EQ(create(image, counted).message,
              "A manual partition assignment was specified, but numPartitions was not set to -1.");
}

TEST(CreateTopics, ConfigurationIsChecked) {
    const Image image = new_cluster();

    EXPECT_EQ(create(image, with_config("nope", "1")).message, "Unknown topic config name: nope");
    EXPECT_EQ(create(image, with_config("retention.ms", std::nullopt)).message,
              "Null value not supported for topic configs: retention.ms");
    EXPECT_EQ(create(image, with_config("min.compaction.lag.ms", "9223372036854775807")).code,
              ErrorCode::NONE);
    auto conflicting = with_config("min.compaction.lag.ms", "100");
    conflicting.configs.emplace_back().name = "max.compaction.lag.ms";
    conflicting.configs.back().value = "10";
    EXPECT_EQ(create(image, conflicting).message,
              "conflict topic config setting min.compaction.lag.ms (100) > max.compaction.lag.ms "
              "(10)");
    EXPECT_EQ(create(image, with_config("remote.storage.enable", "true")).code,
              ErrorCode::INVALID_CONFIG);
}

TEST(CreateTopics, NamesThatRepeatAndTheMetadataTopicAreRefusedOnce) {
    const Image image = new_cluster();
    const auto request =
        creation_of({topic_to_create("twice"), topic_to_create("once"), topic_to_create("twice"),
                     topic_to_create("__cluster_metadata")});

    const auto decision = create_topics(image, request, {}, counting_uuids());

    const auto& topics = decision.response.topics;
    ASSERT_EQ(topics.size(), 3u);
    EXPECT_EQ(topics[0].name, "once");
    EXPECT_EQ(topics[0].error_code, ErrorCode::NONE);
    EXPECT_EQ(topics[1].error_message, "Duplicate topic name.");
    EXPECT_EQ(topics[2].error_message,
              "Creation of internal topic __cluster_metadata is prohibited.");
}

TEST(CreateTopics, ValidationAloneWritesNothing) {
    const Image image = new_cluster();
    auto request = creation_of({topic_to_create("t", 3), topic_to_create("bad name")});
    request.validate_only = true;

    const auto decision = create_topics(image, request, {}, counting_uuids());

    EXPECT_TRUE(decision.records.empty());
    EXPECT_EQ(decision.response.topics.at(0).num_partitions, 3);
    EXPECT_EQ(decision.response.topics.at(1).error_code, ErrorCode::INVALID_TOPIC_EXCEPTION);
}

TEST(CreateTopics, DescribedValuesSayWhereTheyComeFrom) {
    const Image image = new_cluster();
    StaticConfigs statics;
    statics.values["log.retention.hours"] = "1";
    auto topic = topic_to_create("t");
    topic.configs.emplace_back().name = "preallocate";
    topic.configs.back().value = " TRUE ";

    const auto decision = create_topics(image, creation_of({topic}), statics, counting_uuids());

    const auto described = [&](std::string_view name) {
        for (const auto& config : *decision.response.topics.at(0).configs) {
            if (config.name == name) {
                return *config.value + " from " + std::to_string(config.config_source);
            }
        }
        return std::string("missing");
    };
    EXPECT_EQ(described("preallocate"), " TRUE  from 1");
    EXPECT_EQ(described("retention.ms"), "3600000 from 4");
    EXPECT_EQ(described("min.insync.replicas"), "1 from 3");
    EXPECT_EQ(described("segment.ms"), "604800000 from 5");
}

}  // namespace
}  // namespace kafka::cluster
