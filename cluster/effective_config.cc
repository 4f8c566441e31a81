#include "cluster/effective_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/check.h"

namespace kafka::cluster {
namespace {

// Broker keys that say the same in several units: the strongest first.
struct Unit {
    std::string_view key;
    std::int64_t factor;
};
constexpr Unit kRetention[] = {
    {"log.retention.ms", 1}, {"log.retention.minutes", 60'000}, {"log.retention.hours", 3'600'000}};
constexpr Unit kRoll[] = {{"log.roll.ms", 1}, {"log.roll.hours", 3'600'000}};
constexpr Unit kRollJitter[] = {{"log.roll.jitter.ms", 1}, {"log.roll.jitter.hours", 3'600'000}};
constexpr Unit kFlush[] = {{"log.flush.interval.ms", 1}, {"log.flush.scheduler.interval.ms", 1}};
constexpr std::array<std::span<const Unit>, 4> kGroups = {kRetention, kRoll, kRollJitter, kFlush};

// A key that stands alone is a group of itself.
std::vector<Unit> units_of(std::string_view key) {
    for (const auto group : kGroups) {
        if (std::ranges::count(group, key, &Unit::key)) return {group.begin(), group.end()};
    }
    return {{key, 1}};
}

std::string in_unit(const Unit& unit, const std::string& value) {
    if (unit.factor == 1) return value;
    std::int64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return std::to_string(number < 0 ? -1 : number * unit.factor);
}

struct Candidate {
    const Unit* unit;
    std::string value;
    ConfigSource source;
};

// Every value that the keys of the group have somewhere, the strongest first.
std::vector<Candidate> candidates(const std::vector<Unit>& units, const Image& image,
                                  const StaticConfigs& statics) {
    std::vector<Candidate> all;
    const auto add_from = [&](const ConfigValues& values, ConfigSource source) {
        for (const Unit& unit : units) {
            const auto found = values.find(unit.key);
            if (found == values.end()) continue;
            const ConfigKey* key = find_broker_config(unit.key);
            auto parsed = key ? parse_config(*key, found->second) : found->second;
            all.push_back({&unit, parsed ? parsed.take() : found->second, source});
        }
    };
    const std::string node = std::to_string(statics.node_id.value);
    add_from(image.config_of(ConfigResourceType::Broker, node), ConfigSource::DynamicBroker);
    add_from(image.config_of(ConfigResourceType::Broker, ""), ConfigSource::DynamicDefaultBroker);
    add_from(statics.values, ConfigSource::StaticBroker);
    for (const Unit& unit : units) {
        const ConfigKey* key = find_broker_config(unit.key);
        if (key && key->default_value) {
            all.push_back({&unit, key->default_value, ConfigSource::Default});
        }
    }
    return all;
}

// As Kafka lists them: from the first value of the key itself on.
std::vector<ConfigSynonym> synonyms_of(std::string_view key,
                                       const std::vector<Candidate>& candidates) {
    std::vector<ConfigSynonym> synonyms;
    for (const Candidate& candidate : candidates) {
        if (synonyms.empty() && candidate.unit->key != key) continue;
        synonyms.push_back({std::string(candidate.unit->key), candidate.value, candidate.source});
    }
    return synonyms;
}

// A key of a topic or a group: an override, or what the broker says.
EffectiveConfig with_override(const ConfigKey& key, const ConfigValues& overrides,
                              ConfigSource override_source, const Image& image,
                              const StaticConfigs& statics) {
    EffectiveConfig config;
    if (key.default_value) config.value = key.default_value;
    if (!key.broker_key.empty()) {
        const std::vector<Unit> units = units_of(key.broker_key);
        const std::vector<Candidate> broker = candidates(units, image, statics);
        config.synonyms = synonyms_of(key.broker_key, broker);
        if (!broker.empty()) {
            config.value = in_unit(*broker.front().unit, broker.front().value);
            config.source = broker.front().source;
        }
    }
    if (const auto found = overrides.find(key.name); found != overrides.end()) {
        auto parsed = parse_config(key, found->second);
        config.value = parsed ? parsed.take() : found->second;
        config.source = override_source;
        const ConfigSynonym own{std::string(key.name), config.value, override_source};
        config.synonyms.insert(config.synonyms.begin(), own);
    }
    return config;
}

}  // namespace

EffectiveConfig effective_broker_config(const ConfigKey& key, const Image& image,
                                        const StaticConfigs& statics) {
    const std::vector<Unit> units = units_of(key.name);
    EffectiveConfig config;
    config.synonyms = synonyms_of(key.name, candidates(units, image, statics));
    if (!config.synonyms.empty()) {
        config.value = config.synonyms.front().value;
        config.source = config.synonyms.front().source;
    }
    if (key.type == ConfigType::PASSWORD) {
        config.value.reset();
        for (ConfigSynonym& synonym : config.synonyms) synonym.value.reset();
    }
    return config;
}

EffectiveConfig effective_topic_config(const ConfigKey& key, const ConfigValues& overrides,
                                       const Image& image, const StaticConfigs& statics) {
    return with_override(key, overrides, ConfigSource::Topic, image, statics);
}

EffectiveConfig effective_group_config(const ConfigKey& key, const ConfigValues& overrides,
                                       const Image& image, const StaticConfigs& statics) {
    EffectiveConfig config = with_override(key, overrides, ConfigSource::Group, image, statics);
    if (config.synonyms.empty()) {
        config.synonyms.push_back({std::string(key.name), config.value, config.source});
    }
    return config;
}

std::int64_t broker_number(std::string_view name, const Image& image,
                           const StaticConfigs& statics) {
    const ConfigKey* key = find_broker_config(name);
    CHECK(key, "a broker key that is asked for by name is in the table");
    const EffectiveConfig config = effective_broker_config(*key, image, statics);
    CHECK(config.value, "a broker key that is asked for as a number has a value");
    std::int64_t number = 0;
    std::from_chars(config.value->data(), config.value->data() + config.value->size(), number);
    return number;
}

bool broker_flag(std::string_view name, const Image& image, const StaticConfigs& statics) {
    const ConfigKey* key = find_broker_config(name);
    CHECK(key, "a broker key that is asked for by name is in the table");
    return effective_broker_config(*key, image, statics).value == "true";
}

}  // namespace kafka::cluster
