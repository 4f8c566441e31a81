// Replaying records gives an image, and an image gives records that make it again.
#include "cluster/replay.h"

#include <gtest/gtest.h>

#include "cluster/decisions.h"
#include "cluster/snapshot.h"

namespace kafka::cluster {
namespace {

Uuid numbered(std::uint8_t number) {
    Uuid id;
    id.bytes[15] = number;
    return id;
}

TopicRecord topic(std::string name, std::uint8_t id) {
    TopicRecord record;
    record.name = std::move(name);
    record.topic_id = numbered(id);
    return record;
}

PartitionRecord partition(std::uint8_t topic_id, std::int32_t index) {
    PartitionRecord record;
    record.topic_id = numbered(topic_id);
    record.partition_id = {index};
    record.replicas = {{1}};
    record.isr = {{1}};
    record.leader = {1};
    record.leader_epoch = {0};
    record.partition_epoch = {0};
    record.directories = {numbered(99)};
    return record;
}

ConfigRecord config(ConfigResourceType type, std::string resource, std::string name,
                    std::optional<std::string> value) {
    ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(type);
    record.resource_name = std::move(resource);
    record.name = std::move(name);
    record.value = std::move(value);
    return record;
}

// One of everything.
MetadataRecords rich_records() {
    MetadataRecords records = bootstrap_records();
    BrokerRegistration registration{
        .id = {1},
        .incarnation_id = numbered(7),
        .endpoints = {{"PLAINTEXT", "localhost", 9092, 0}},
        .rack = "r1",
        .directories = {numbered(99)},
    };
    for (auto& record : register_broker({}, registration, 7).records) {
        records.push_back(std::move(record));
    }
    records.emplace_back(topic("orders", 1));
    records.emplace_back(partition(1, 0));
    records.emplace_back(partition(1, 1));
    records.emplace_back(topic("audit", 2));
    records.emplace_back(partition(2, 0));
    records.emplace_back(config(ConfigResourceType::Topic, "orders", "retention.ms", "5"));
    records.emplace_back(config(ConfigResourceType::Broker, "1", "log.retention.ms", "6"));

    ProducerIdsRecord producer_ids;
    producer_ids.broker_id = {1};
    producer_ids.next_producer_id = {1000};
    records.emplace_back(producer_ids);

    ClientQuotaRecord quota;
    quota.entity = {{"user", "alice"}, {"client-id", std::nullopt}};
    quota.key = std::string("producer_byte_rate");
    quota.value = 1024;
    records.emplace_back(quota);

    UserScramCredentialRecord scram;
    scram.name = std::string("alice");
    scram.mechanism = 1;
    scram.salt = {1, 2, 3};
    records.emplace_back(scram);

    AccessControlEntryRecord acl;
    acl.id = numbered(50);
    acl.principal = std::string("User:alice");
    records.emplace_back(acl);

    DelegationTokenRecord token;
    token.token_id = std::string("t1");
    records.emplace_back(token);

    RegisterControllerRecord controller;
    controller.controller_id = {1};
    controller.end_points = {{"CONTROLLER", "localhost", 9093, 0}};
    records.emplace_back(controller);
    return records;
}

Image image_of(const MetadataRecords& records) {
    Image image;
    replay(image, records);
    return image;
}

TEST(Replay, ASnapshotOfAnImageReplaysToTheSameImage) {
    const Image image = image_of(rich_records());

    EXPECT_EQ(image_of(records_of(image)), image);
}

TEST(Replay, ASnapshotAndTheTailGiveWhatTheWholeLogGives) {
    const MetadataRecords all = rich_records();
    const Image whole = image_of(all);
    // A prefix is an image of its own wherever the log is cut.
    for (std::size_t cut = 0; cut <= all.size(); ++cut) {
        const MetadataRecords head(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(cut));
        Image image = image_of(records_of(image_of(head)));
        for (std::size_t i = cut; i < all.size(); ++i) replay(image, all[i]);
        EXPECT_EQ(image, whole) << "cut at " << cut;
    }
}

TEST(Replay, RecordsSurviveTheirEncoding) {
    for (const MetadataRecord& record : rich_records()) {
        const Bytes bytes = encode_record(record).take();
        const auto decoded = decode_record(bytes);
        ASSERT_TRUE(decoded.ok()) << decoded.error().message;
        EXPECT_EQ(*decoded, record);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            EXPECT_FALSE(decode_record(BytesView(bytes).first(cut)).ok());
        }
    }
}

TEST(Replay, UnknownRecordTypesAndVersionsAreNotGuessed) {
    const Bytes unknown_type{1, 99, 0, 0};
    const Bytes future_version{1, 2, 9, 0};
    const Bytes future_frame{2, 2, 0, 0};

    EXPECT_EQ(decode_record(unknown_type).error().code, ErrorCode::UNSUPPORTED_VERSION);
    EXPECT_EQ(decode_record(future_version).error().code, ErrorCode::UNSUPPORTED_VERSION);
    EXPECT_EQ(decode_record(future_frame).error().code, ErrorCode::UNSUPPORTED_VERSION);
}

TEST(Replay, ARemovedTopicTakesItsConfigurationAlong) {
    Image image = image_of(rich_records());
    RemoveTopicRecord removal;
    removal.topic_id = numbered(1);

    replay(image, removal);

    EXPECT_EQ(image.topics.find("orders"), nullptr);
    EXPECT_EQ(image.topics.find(numbered(1)), nullptr);
    EXPECT_TRUE(image.config_of(ConfigResourceType::Topic, "orders").empty());
    EXPECT_NE(image.topics.find("audit"), nullptr);
}

TEST(Replay, AnElectionBeginsALeaderEpochEvenWithTheSameLeader) {
    Image image = image_of(rich_records());
    PartitionChangeRecord change;
    change.topic_id = numbered(1);
    change.partition_id = {1};
    change.leader = {1};

    replay(image, change);

    const Partition& changed = image.topics.find("orders")->partitions[1];
    EXPECT_EQ(changed.leader, BrokerId{1});
    EXPECT_EQ(changed.leader_epoch, LeaderEpoch{1});
    EXPECT_EQ(changed.partition_epoch, PartitionEpoch{1});
    EXPECT_EQ(image.topics.find("orders")->partitions[0].leader_epoch, LeaderEpoch{0});
}

TEST(Replay, AConfigWithoutAValueIsRemoved) {
    Image image = image_of(rich_records());

    replay(image, config(ConfigResourceType::Topic, "orders", "retention.ms", std::nullopt));

    EXPECT_FALSE(image.configs.contains({ConfigResourceType::Topic, "orders"}));
}

TEST(Replay, ABrokerIsFencedAndUnfenced) {
    Image image = image_of(rich_records());
    BrokerRegistrationChangeRecord change;
    change.broker_id = {1};
    change.broker_epoch = {7};

    change.fenced = 1;
    replay(image, change);
    EXPECT_TRUE(image.find_broker({1})->fenced);

    change.fenced = -1;
    replay(image, change);
    EXPECT_FALSE(image.find_broker({1})->fenced);
    EXPECT_EQ(image.find_broker({1})->endpoint("PLAINTEXT")->port, 9092);
}

}  // namespace
}  // namespace kafka::cluster
