// What the controller answers to AlterConfigs and IncrementalAlterConfigs, for each kind of
// resource. Codes and words are what Apache Kafka 4.3 answers.
#include <gtest/gtest.h>

#include "cluster/config_changes.h"
#include "tests/cluster/decision_support.h"

namespace kafka::cluster {
namespace {

constexpr std::int8_t kTopic = 2;
constexpr std::int8_t kBroker = 4;
constexpr std::int8_t kClientMetrics = 16;
constexpr std::int8_t kGroup = 32;

using Change = IncrementalAlterConfigsRequest::Resource::Config;

Change change(ConfigOperation operation, std::string name,
              std::optional<std::string> value = std::nullopt) {
    Change config;
    config.name = std::move(name);
    config.config_operation = static_cast<std::int8_t>(operation);
    config.value = std::move(value);
    return config;
}
Change set(std::string name, std::string value) {
    return change(ConfigOperation::Set, std::move(name), std::move(value));
}

// Decides, replays, and says what went wrong; empty when nothing did.
std::string alter(Image& image, std::int8_t type, std::string name, std::vector<Change> changes) {
    IncrementalAlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = type;
    resource.resource_name = std::move(name);
    resource.configs = std::move(changes);
    const auto decision = incremental_alter_configs(image, request, {});
    replay(image, decision.records);
    const auto& answer = decision.response.responses.at(0);
    if (answer.error_code == ErrorCode::NONE) return "";
    EXPECT_TRUE(decision.records.empty());
    return std::to_string(static_cast<int>(answer.error_code)) + " " +
           answer.error_message.value_or("(null)");
}

TEST(AlterConfigs, KeysAreSetAndDeleted) {
    Image image = cluster_with({"t"});

    EXPECT_EQ(alter(image, kTopic, "t", {set("retention.ms", "5"), set("segment.ms", "6")}), "");
    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation::Delete, "retention.ms")}), "");

    const ConfigValues expected{{"segment.ms", "6"}};
    EXPECT_EQ(image.config_of(ConfigResourceType::Topic, "t"), expected);
}

TEST(AlterConfigs, DeletingWhatIsNotSetIsFine) {
    Image image = cluster_with({"t"});

    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation::Delete, "segment.ms")}), "");
    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation::Delete, "nope")}), "");
}

TEST(AlterConfigs, ListsGrowAndShrinkFromWhatHolds) {
    Image image = cluster_with({"t"});
    const auto policy = [&] {
        return image.config_of(ConfigResourceType::Topic, "t").at("cleanup.policy");
    };
    const auto append = [](std::string value) {
        return change(ConfigOperation::Append, "cleanup.policy", std::move(value));
    };
    const auto subtract = [](std::string value) {
        return change(ConfigOperation::Subtract, "cleanup.policy", std::move(value));
    };

    EXPECT_EQ(alter(image, kTopic, "t", {append("compact")}), "");
    EXPECT_EQ(policy(), "delete,compact");
    EXPECT_EQ(alter(image, kTopic, "t", {append("compact")}), "");
    EXPECT_EQ(policy(), "delete,compact");
    EXPECT_EQ(alter(image, kTopic, "t", {subtract("delete")}), "");
    EXPECT_EQ(policy(), "compact");
    EXPECT_EQ(alter(image, kTopic, "t", {subtract("compact")}), "");
    EXPECT_EQ(policy(), "");
    EXPECT_EQ(alter(image, kTopic, "t", {append("foo")}),
              "40 Invalid value foo for configuration cleanup.policy: String must be one of: "
              "compact, delete");
    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation::Append, "retention.ms", "5")}),
              "40 Can't APPEND to key retention.ms because its type is not LIST.");
}

TEST(AlterConfigs, TopicsAreCheckedBeforeTheirKeys) {
    Image image = cluster_with({"t"});

    EXPECT_EQ(alter(image, kTopic, "nope", {set("retention.ms", "5")}),
              "3 The topic 'nope' does not exist.");
    EXPECT_EQ(alter(image, kTopic, "", {set("retention.ms", "5")}),
              "42 Default topic resources are not allowed.");
    EXPECT_EQ(alter(image, 99, "t", {set("retention.ms", "5")}), "42 Unknown resource type 99");
    EXPECT_EQ(alter(image, kTopic, "t", {set("nope", "5")}), "40 Unknown topic config name: nope");
    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation::Set, "retention.ms")}),
              "42 Null value not supported for : retention.ms");
    EXPECT_EQ(alter(image, kTopic, "t", {set("retention.ms", "5"), set("retention.ms", "6")}),
              "42 Error due to duplicate config keys");
    EXPECT_EQ(alter(image, kTopic, "t", {change(ConfigOperation{9}, "retention.ms", "5")}),
              "-1 (null)");
}

TEST(AlterConfigs, ReplacingDropsWhatIsNotNamed) {
    Image image = cluster_with({"t"});
    ASSERT_EQ(alter(image, kTopic, "t", {set("retention.ms", "5")}), "");
    AlterConfigsRequest request;
    auto& resource = request.resources.emplace_back();
    resource.resource_type = kTopic;
    resource.resource_name = "t";
    resource.configs.emplace_back().name = "segment.ms";
    resource.configs.back().value = "6";

    replay(image, alter_configs(image, request, {}).records);

    const ConfigValues expected{{"segment.ms", "6"}};
    EXPECT_EQ(image.config_of(ConfigResourceType::Topic, "t"), expected);
}

TEST(AlterConfigs, AResourceThatAppearsTwiceIsRefusedEachTime) {
    Image image = cluster_with({"t", "u"});
    IncrementalAlterConfigsRequest request;
    for (const char* name : {"t", "t", "u"}) {
        auto& resource = request.resources.emplace_back();
        resource.resource_type = kTopic;
        resource.resource_name = name;
        resource.configs = {set("retention.ms", "5")};
    }

    const auto decision = incremental_alter_configs(image, request, {});

    const auto& answers = decision.response.responses;
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].error_message, "Each resource must appear at most once.");
    EXPECT_EQ(answers[1].error_message, "Each resource must appear at most once.");
    EXPECT_EQ(answers[2].error_code, ErrorCode::NONE);
    EXPECT_EQ(decision.records.size(), 1u);
}

TEST(AlterConfigs, BrokerKeysChangeOnlyWhereTheyMay) {
    Image image = new_cluster();

    EXPECT_EQ(alter(image, kBroker, "1", {set("log.retention.ms", "5")}), "");
    EXPECT_EQ(alter(image, kBroker, "", {set("log.retention.ms", "6")}), "");
    EXPECT_EQ(alter(image, kBroker, "", {set("some.plugin.key", "x")}), "");
    EXPECT_EQ(alter(image, kBroker, "1", {set("num.partitions", "5")}),
              "42 Cannot update these configs dynamically: [num.partitions]");
    EXPECT_EQ(alter(image, kBroker, "", {set("listeners", "PLAINTEXT://:9")}),
              "42 Cannot update these configs at default cluster level, broker id must be "
              "specified: [listeners]");
    EXPECT_EQ(alter(image, kBroker, "1", {set("ssl.keystore.location", "x")}),
              "42 These security configs can be dynamically updated only per-listener using the "
              "listener prefix: [ssl.keystore.location]");
    EXPECT_EQ(alter(image, kBroker, "1", {set("log.retention.ms", "x")}),
              "42 Invalid value x for configuration log.retention.ms: Not a number of type LONG");
    EXPECT_EQ(alter(image, kBroker, "9", {set("log.retention.ms", "5")}),
              "42 Unexpected broker id, expected 1, but received 9");
    EXPECT_EQ(alter(image, kBroker, "x", {set("log.retention.ms", "5")}),
              "42 Node id must be an integer, but it is: x");
}

TEST(AlterConfigs, MinInsyncReplicasBelongsToTheWholeCluster) {
    Image image = new_cluster();

    EXPECT_EQ(alter(image, kBroker, "1", {set("min.insync.replicas", "2")}),
              "40 Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    EXPECT_EQ(alter(image, kBroker, "", {change(ConfigOperation::Delete, "min.insync.replicas")}),
              "40 Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    EXPECT_EQ(alter(image, kBroker, "", {set("min.insync.replicas", "2")}), "");
}

TEST(AlterConfigs, GroupsStayWithinTheBrokersBounds) {
    Image image = new_cluster();

    EXPECT_EQ(alter(image, kGroup, "g", {set("consumer.session.timeout.ms", "50000")}), "");
    EXPECT_EQ(alter(image, kGroup, "g", {set("consumer.session.timeout.ms", "1")}),
              "40 consumer.session.timeout.ms must be greater than or equal to "
              "group.consumer.min.session.timeout.ms");
    EXPECT_EQ(alter(image, kGroup, "g", {set("consumer.heartbeat.interval.ms", "50000")}),
              "40 consumer.heartbeat.interval.ms must be less than or equal to "
              "group.consumer.max.heartbeat.interval.ms");
    EXPECT_EQ(alter(image, kGroup, "g", {set("zz", "1")}), "40 Unknown group config name: zz");
    EXPECT_EQ(alter(image, kGroup, "", {set("consumer.session.timeout.ms", "50000")}),
              "42 Default group resources are not allowed.");
}

TEST(AlterConfigs, ClientMetricsHaveThreeKeys) {
    Image image = new_cluster();

    EXPECT_EQ(alter(image, kClientMetrics, "m",
                    {set("interval.ms", "50000"), set("match", "client_id=x.*"),
                     set("metrics", "org.apache.kafka")}),
              "");
    EXPECT_EQ(alter(image, kClientMetrics, "m", {set("interval.ms", "5")}),
              "42 Invalid value 5 for interval.ms, interval must be between 100 and 3600000 (1 "
              "hour)");
    EXPECT_EQ(alter(image, kClientMetrics, "m", {set("match", "a=b")}),
              "40 Illegal client matching pattern: a=b");
    EXPECT_EQ(alter(image, kClientMetrics, "m", {set("zz", "5")}),
              "42 Unknown client metrics configuration: zz");
}

}  // namespace
}  // namespace kafka::cluster
