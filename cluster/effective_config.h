// Which value a configuration key has in the end, and where it comes from: an override, a broker's
// dynamic value, the cluster's dynamic default, what the process was started with, or Kafka's
// default. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/config_key.h"
#include "cluster/image.h"
#include "cluster/static_configs.h"

namespace kafka::cluster {

// The numbers are those of DescribeConfigs.
enum class ConfigSource : std::int8_t {
    Topic = 1,
    DynamicBroker = 2,
    DynamicDefaultBroker = 3,
    StaticBroker = 4,
    Default = 5,
    DynamicBrokerLogger = 6,
    ClientMetrics = 7,
    Group = 8,
};

struct ConfigSynonym {
    std::string name;
    std::optional<std::string> value;
    ConfigSource source = ConfigSource::Default;

    bool operator==(const ConfigSynonym&) const = default;
};

struct EffectiveConfig {
    std::optional<std::string> value;
    ConfigSource source = ConfigSource::Default;
    std::vector<ConfigSynonym> synonyms;  // what it falls back to, the strongest first
};

// A broker key on the broker that `statics` is of.
EffectiveConfig effective_broker_config(const ConfigKey& key, const Image& image,
                                        const StaticConfigs& statics);
// A topic's key, given the topic's overrides.
EffectiveConfig effective_topic_config(const ConfigKey& key, const ConfigValues& overrides,
                                       const Image& image, const StaticConfigs& statics);
// A group's.
EffectiveConfig effective_group_config(const ConfigKey& key, const ConfigValues& overrides,
                                       const Image& image, const StaticConfigs& statics);

// The number that a broker key has; the key must exist and be a number.
std::int64_t broker_number(std::string_view key, const Image& image, const StaticConfigs& statics);
bool broker_flag(std::string_view key, const Image& image, const StaticConfigs& statics);

}  // namespace kafka::cluster
