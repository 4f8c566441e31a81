// What the controller answers to DeleteTopics and CreatePartitions, and to a broker that starts.
#include <gtest/gtest.h>

#include "tests/cluster/decision_support.h"

namespace kafka::cluster {
namespace {

DeleteTopicsRequest::Topic named(std::string name) {
    DeleteTopicsRequest::Topic topic;
    topic.name = std::move(name);
    return topic;
}

DeleteTopicsRequest::Topic identified(const Uuid& id) {
    DeleteTopicsRequest::Topic topic;
    topic.topic_id = id;
    return topic;
}

Decision<DeleteTopicsResponse> remove(const Image& image,
                                      std::vector<DeleteTopicsRequest::Topic> topics) {
    DeleteTopicsRequest request;
    request.topics = std::move(topics);
    return delete_topics(image, request);
}

TEST(DeleteTopics, ByNameOrById) {
    Image image = cluster_with({"a", "b", "c"});
    const Uuid b = image.topics.find("b")->id;

    const auto decision = remove(image, {named("a"), identified(b)});
    replay(image, decision.records);

    EXPECT_EQ(image.topics.find("a"), nullptr);
    EXPECT_EQ(image.topics.find(b), nullptr);
    EXPECT_NE(image.topics.find("c"), nullptr);
    const auto& answers = decision.response.responses;
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(answers[1].name, "b");
    EXPECT_EQ(answers[1].topic_id, b);
    EXPECT_EQ(answers[1].error_code, ErrorCode::NONE);
}

TEST(DeleteTopics, ATopicDeletedAndMadeAgainIsAnother) {
    Image image = cluster_with({"a"});
    const Uuid old_id = image.topics.find("a")->id;
    replay(image, remove(image, {named("a")}).records);

    const auto again = create_topics(image, creation_of({topic_to_create("a")}), {},
                                     [] { return numbered_uuid(50); });
    replay(image, again.records);

    EXPECT_EQ(image.topics.find("a")->id, numbered_uuid(50));
    EXPECT_EQ(image.topics.find(old_id), nullptr);
}

TEST(DeleteTopics, WhatIsNotThereOrNotClearIsRefused) {
    const Image image = cluster_with({"a"});
    auto both = named("a");
    both.topic_id = image.topics.find("a")->id;
    const auto error = [&](DeleteTopicsRequest::Topic topic) {
        const auto decision = remove(image, {std::move(topic)});
        EXPECT_TRUE(decision.records.empty());
        const auto& answer = decision.response.responses.at(0);
        return std::pair(answer.error_code, answer.error_message.value_or(""));
    };

    EXPECT_EQ(error(named("nope")).first, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(error(identified(numbered_uuid(77))).second,
              "This server does not host this topic ID.");
    EXPECT_EQ(error(both).second, "You may not specify both topic name and topic id.");
    EXPECT_EQ(error({}).second, "Neither topic name nor id were specified.");
}

TEST(DeleteTopics, WhatIsNamedTwiceIsRefusedOnce) {
    const Image image = cluster_with({"a", "b"});
    const Uuid a = image.topics.find("a")->id;

    const auto by_name = remove(image, {named("a"), named("a"), named("b")});
    const auto by_both = remove(image, {identified(a), named("a")});

    ASSERT_EQ(by_name.response.responses.size(), 2u);
    EXPECT_EQ(by_name.response.responses[0].error_message, "Duplicate topic name.");
    EXPECT_EQ(by_name.records.size(), 1u);
    ASSERT_EQ(by_both.response.responses.size(), 1u);
    EXPECT_EQ(by_both.response.responses[0].error_message,
              "The provided topic name maps to an ID that was already supplied.");
    EXPECT_TRUE(by_both.records.empty());
}

CreatePartitionsRequest::Topic grown(std::string name, std::int32_t count) {
    CreatePartitionsRequest::Topic topic;
    topic.name = std::move(name);
    topic.count = count;
    return topic;
}

Decision<CreatePartitionsResponse> grow(const Image& image,
                                        std::vector<CreatePartitionsRequest::Topic> topics) {
    CreatePartitionsRequest request;
    request.topics = std::move(topics);
    return create_partitions(image, request);
}

TEST(CreatePartitions, NewPartitionsFollowTheOldOnes) {
    Image image = cluster_with({"a"});

    const auto decision = grow(image, {grown("a", 4)});
    replay(image, decision.records);

    EXPECT_EQ(decision.response.results.at(0).error_code, ErrorCode::NONE);
    const Topic* topic = image.topics.find("a");
    ASSERT_EQ(topic->partitions.size(), 4u);
    EXPECT_EQ(topic->partitions[3].leader, BrokerId{1});
}

TEST(CreatePartitions, TheCountMustGrowAndTheTopicExist) {
    const Image image = cluster_with({"a"});

    const auto decision = grow(image, {grown("a", 2), grown("nope", 3)});
    const auto fewer = grow(image, {grown("a", 1)});

    const auto& results = decision.response.results;
    EXPECT_EQ(results.at(0).error_message, "Topic already has 2 partition(s).");
    EXPECT_EQ(results.at(1).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(results.at(1).error_message, std::nullopt);
    EXPECT_EQ(fewer.response.results.at(0).error_message,
              "The topic a currently has 2 partition(s); 1 would not be an increase.");
    EXPECT_TRUE(decision.records.empty());
}

TEST(CreatePartitions, OneTopicsErrorDoesNotStopTheOthers) {
    Image image = cluster_with({"a", "b"});
    auto wrong = grown("a", 4);
    auto& assignments = wrong.assignments.emplace();
    assignments.emplace_back().broker_ids = {{1}};
    assignments.emplace_back().broker_ids = {{9}};

    const auto decision = grow(image, {wrong, grown("b", 3)});
    replay(image, decision.records);

    EXPECT_EQ(decision.response.results.at(0).error_code, ErrorCode::INVALID_REPLICA_ASSIGNMENT);
    EXPECT_EQ(image.topics.find("a")->partitions.size(), 2u);
    EXPECT_EQ(image.topics.find("b")->partitions.size(), 3u);
}

TEST(CreatePartitions, AssignmentsMustBeAsManyAsPartitions) {
    const Image image = cluster_with({"a"});
    auto topic = grown("a", 4);
    topic.assignments.emplace().emplace_back().broker_ids = {{1}};

    EXPECT_EQ(grow(image, {topic}).response.results.at(0).error_message,
              "Attempted to add 2 additional partition(s), but only 1 assignment(s) were "
              "specified.");
}

TEST(RegisterBroker, ANewLifeLeadsInANewEpoch) {
    Image image = cluster_with({"a"});

    const auto decision = register_broker(image, registration_of(1), 55);
    replay(image, decision.records);

    EXPECT_EQ(decision.response, BrokerEpoch{55});
    EXPECT_EQ(image.find_broker({1})->epoch, BrokerEpoch{55});
    EXPECT_FALSE(image.find_broker({1})->fenced);
    for (const Partition& partition : image.topics.find("a")->partitions) {
        EXPECT_EQ(partition.leader, BrokerId{1});
        EXPECT_EQ(partition.leader_epoch, LeaderEpoch{1});
    }
}

// A partition without a leader, as Apache Kafka's controlled shutdown leaves it.
PartitionChangeRecord without_leader(const Image& image, std::int32_t partition) {
    PartitionChangeRecord record;
    record.topic_id = image.topics.find("a")->id;
    record.partition_id = {partition};
    record.leader = kNoLeader;
    record.isr.emplace();
    record.last_known_elr.emplace().push_back({1});
    return record;
}

TEST(RegisterBroker, LeadsWhatItWasTheLastToHave) {
    Image image = cluster_with({"a"});
    auto stopped = without_leader(image, 0);
    stopped.eligible_leader_replicas.emplace().push_back({1});
    replay(image, MetadataRecords{stopped, without_leader(image, 1)});

    replay(image, register_broker(image, registration_of(1), 55).records);

    for (const Partition& partition : image.topics.find("a")->partitions) {
        EXPECT_EQ(partition.leader, BrokerId{1});
        EXPECT_EQ(partition.leader_epoch, LeaderEpoch{2});
        EXPECT_EQ(partition.isr, std::vector<BrokerId>{{1}});
        EXPECT_TRUE(partition.eligible_leader_replicas.empty());
        EXPECT_TRUE(partition.last_known_elr.empty());
    }
}

TEST(RegisterBroker, LeavesAloneWhatOthersMayHaveMoreOf) {
    Image image = cluster_with({"a"});
    auto others = without_leader(image, 0);
    others.eligible_leader_replicas.emplace().push_back({2});
    auto both = without_leader(image, 1);
    both.eligible_leader_replicas = std::vector<BrokerId>{{1}, {2}};
    replay(image, MetadataRecords{others, both});

    replay(image, register_broker(image, registration_of(1), 55).records);

    for (const Partition& partition : image.topics.find("a")->partitions) {
        EXPECT_EQ(partition.leader, kNoLeader);
    }
}

TEST(ProducerIds, BlocksNeverOverlap) {
    Image image = new_cluster();

    const auto first = allocate_producer_ids(image, {1}, {9});
    replay(image, first.records);
    const auto second = allocate_producer_ids(image, {1}, {9});
    replay(image, second.records);

    EXPECT_EQ(first.response, (ProducerIdBlock{{0}, 1000}));
    EXPECT_EQ(second.response, (ProducerIdBlock{{1000}, 1000}));
}

}  // namespace
}  // namespace kafka::cluster
