// One configuration key as Kafka knows it: type, default, which values are valid, who may change
// it. The tables of keys (config_keys_*.cc) are made of these; everything about a key that a client
// can see or get wrong is said there, once.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"

namespace kafka::cluster {

// The numbers are those of DescribeConfigs.
enum class ConfigType : std::int8_t {
    BOOLEAN = 1,
    STRING = 2,
    INT = 3,
    SHORT = 4,
    LONG = 5,
    DOUBLE = 6,
    LIST = 7,
    CLASS = 8,
    PASSWORD = 9,
};
std::string_view name_of(ConfigType type);

// How a broker key may change while the broker runs (KIP-226).
enum class Dynamic : std::uint8_t {
    No,
    PerBroker,    // only for one broker by its id
    PerListener,  // only with the prefix listener.name.<listener>.
    ClusterWide,  // for one broker, and as the default of all
};

struct ConfigRule {
    enum class Kind : std::uint8_t {
        Any,
        Range,  // min <= value <= max
        RangeOrMinusOne,
        OneOf,  // `values`, comma separated
        OneOfIgnoringCase,
        ListOf,       // each element one of `values`
        ReplicaList,  // partition:broker,… or *
        OffsetReset,  // latest, earliest or by_duration:<ISO 8601>
    };
    Kind kind = Kind::Any;
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    std::string_view values{};
};

constexpr ConfigRule any() { return {}; }
constexpr ConfigRule at_least(std::int64_t min) {
    return {.kind = ConfigRule::Kind::Range, .min = min};
}
constexpr ConfigRule between(std::int64_t min, std::int64_t max) {
    return {.kind = ConfigRule::Kind::Range, .min = min, .max = max};
}
constexpr ConfigRule between_or_minus_one(std::int64_t min, std::int64_t max) {
    return {.kind = ConfigRule::Kind::RangeOrMinusOne, .min = min, .max = max};
}
constexpr ConfigRule one_of(std::string_view values) {
    return {.kind = ConfigRule::Kind::OneOf, .values = values};
}
constexpr ConfigRule one_of_ignoring_case(std::string_view values) {
    return {.kind = ConfigRule::Kind::OneOfIgnoringCase, .values = values};
}
constexpr ConfigRule list_of(std::string_view values) {
    return {.kind = ConfigRule::Kind::ListOf, .values = values};
}
constexpr ConfigRule replica_list() { return {.kind = ConfigRule::Kind::ReplicaList}; }
constexpr ConfigRule offset_reset() { return {.kind = ConfigRule::Kind::OffsetReset}; }

struct ConfigKey {
    std::string_view name;
    ConfigType type;
    const char* default_value;  // null: there is none
    ConfigRule rule{};
    // Topic and group keys: the broker key whose value is their default; empty when there is none.
    std::string_view broker_key{};
    Dynamic dynamic = Dynamic::No;  // of a broker key
    bool internal = false;          // not described unless it was set
    std::string_view documentation{};
};

// Null when there is no such key. Names are case sensitive, as in Kafka.
const ConfigKey* find_topic_config(std::string_view name);
const ConfigKey* find_broker_config(std::string_view name);
const ConfigKey* find_group_config(std::string_view name);
// Sorted by name.
std::span<const ConfigKey* const> topic_config_keys();
std::span<const ConfigKey* const> broker_config_keys();
std::span<const ConfigKey* const> group_config_keys();

// The value as DescribeConfigs shows it: trimmed, lists without duplicates, numbers in plain
// decimal. INVALID_CONFIG with Kafka's words when the type or the rule forbids it.
Result<std::string> parse_config(const ConfigKey& key, std::string_view value);

// The elements of a LIST value, trimmed; none for an empty one.
std::vector<std::string> split_list(std::string_view value);
std::string join_list(const std::vector<std::string>& elements);

// Without the white space around it.
std::string_view trimmed(std::string_view text);

}  // namespace kafka::cluster
