// The values of configuration keys: what is accepted, how it is shown, and in which words it is
// refused. Every expectation is what Apache Kafka 4.3 answers.
#include <gtest/gtest.h>

#include "cluster/config_key.h"

namespace kafka::cluster {
namespace {

std::string shown(std::string_view key, std::string_view value) {
    const auto parsed = parse_config(*find_topic_config(key), value);
    return parsed ? *parsed : "ERROR " + parsed.error().message;
}

TEST(ConfigValue, NumbersAreTrimmedAndShownPlainly) {
    EXPECT_EQ(shown("retention.ms", " 7 "), "7");
    EXPECT_EQ(shown("retention.ms", "+5"), "5");
    EXPECT_EQ(shown("retention.ms", "007"), "7");
    EXPECT_EQ(shown("retention.ms", "-1"), "-1");
    EXPECT_EQ(shown("min.cleanable.dirty.ratio", ".5"), "0.5");
    EXPECT_EQ(shown("min.cleanable.dirty.ratio", "1"), "1.0");
}

TEST(ConfigValue, WhatIsNoNumberIsRefusedByTheNameOfItsType) {
    const std::string prefix = "ERROR Invalid value ";
    EXPECT_EQ(shown("retention.ms", "abc"),
              prefix + "abc for configuration retention.ms: Not a number of type LONG");
    EXPECT_EQ(shown("retention.ms", ""),
              prefix + " for configuration retention.ms: Not a number of type LONG");
    EXPECT_EQ(shown("segment.bytes", "99999999999"),
              prefix + "99999999999 for configuration segment.bytes: Not a number of type INT");
    EXPECT_EQ(shown("max.message.bytes", "1e3"),
              prefix + "1e3 for configuration max.message.bytes: Not a number of type INT");
    EXPECT_EQ(
        shown("min.cleanable.dirty.ratio", "x"),
        prefix + "x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE");
}

TEST(ConfigValue, RangesAreKept) {
    const std::string prefix = "ERROR Invalid value ";
    EXPECT_EQ(shown("retention.ms", "-5"),
              prefix + "-5 for configuration retention.ms: Value must be at least -1");
    EXPECT_EQ(shown("segment.bytes", "1"),
              prefix + "1 for configuration segment.bytes: Value must be at least 1048576");
    EXPECT_EQ(
        shown("compression.zstd.level", "100"),
        prefix + "100 for configuration compression.zstd.level: Value must be no more than 22");
    EXPECT_EQ(shown("compression.gzip.level", "0"),
              prefix +
                  "0 for configuration compression.gzip.level: Value must be between 1 and 9 "
                  "or equal to -1");
    EXPECT_EQ(shown("compression.gzip.level", "-1"), "-1");
    EXPECT_EQ(
        shown("min.cleanable.dirty.ratio", "-1"),
        prefix + "-1.0 for configuration min.cleanable.dirty.ratio: Value must be at least 0");
}

TEST(ConfigValue, BooleansIgnoreCase) {
    EXPECT_EQ(shown("preallocate", " TRUE "), "true");
    EXPECT_EQ(
        shown("preallocate", "maybe"),
        "ERROR Invalid value maybe for configuration preallocate: Expected value to be either "
        "true or false");
}

TEST(ConfigValue, ListsLoseTheirDuplicatesAndMayBeEmpty) {
    EXPECT_EQ(shown("cleanup.policy", " compact , delete "), "compact,delete");
    EXPECT_EQ(shown("cleanup.policy", "delete,compact,delete"), "delete,compact");
    EXPECT_EQ(shown("cleanup.policy", ""), "");
    EXPECT_EQ(shown("cleanup.policy", "compact,foo"),
              "ERROR Invalid value foo for configuration cleanup.policy: String must be one of: "
              "compact, delete");
    EXPECT_EQ(shown("cleanup.policy", "delete,,compact"),
              "ERROR Configuration 'cleanup.policy' values must not be empty.");
}

TEST(ConfigValue, ThrottledReplicasAreAStarOrPairs) {
    const char* key = "follower.replication.throttled.replicas";
    EXPECT_EQ(shown(key, "*"), "*");
    EXPECT_EQ(shown(key, "1:1,1:2"), "1:1,1:2");
    EXPECT_EQ(
        shown(key, "1:1,x"),
        "ERROR Invalid value [1:1, x] for configuration "
        "follower.replication.throttled.replicas: follower.replication.throttled.replicas must "
        "be the literal '*' or a list of replicas in the following format: "
        "[partitionId]:[brokerId],[partitionId]:[brokerId],...");
}

TEST(ConfigValue, OffsetResetTakesAnIsoDuration) {
    const ConfigKey& key = *find_group_config("share.auto.offset.reset");
    for (const char* good : {"latest", "earliest", "by_duration:P1D", "by_duration:PT1H30M",
                             "by_duration:P3DT4H5M6.5S"}) {
        EXPECT_TRUE(parse_config(key, good).ok()) << good;
    }
    for (const char* bad : {"none", "by_duration:", "by_duration:P", "by_duration:x",
                            "by_duration:PT", "by_duration:1D", "by_duration:PT1M1H"}) {
        EXPECT_FALSE(parse_config(key, bad).ok()) << bad;
    }
}

TEST(ConfigKeys, EveryDefaultPassesItsOwnRule) {
    for (const auto keys : {topic_config_keys(), broker_config_keys(), group_config_keys()}) {
        for (const ConfigKey* key : keys) {
            if (!key->default_value) continue;
            const auto parsed = parse_config(*key, key->default_value);
            EXPECT_TRUE(parsed.ok()) << key->name << ": " << parsed.error().message;
        }
    }
}

TEST(ConfigKeys, BrokerKeysThatTopicsAndGroupsFallBackToExist) {
    for (const auto keys : {topic_config_keys(), group_config_keys()}) {
        for (const ConfigKey* key : keys) {
            if (key->broker_key.empty() || key->broker_key.starts_with("share.")) continue;
            const ConfigKey* broker_key = find_broker_config(key->broker_key);
            ASSERT_TRUE(broker_key) << key->broker_key;
            EXPECT_EQ(broker_key->type, key->type) << key->name;
        }
    }
}

}  // namespace
}  // namespace kafka::cluster
