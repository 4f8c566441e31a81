#include "cluster/topic_configs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <variant>

#include "base/check.h"

namespace kafka::cluster {
namespace {

using storage::LogConfig;

template <class Number>
Number number(std::string_view value) {
    Number parsed{};
    std::from_chars(value.data(), value.data() + value.size(), parsed);
    return parsed;
}

void set_cleanup(LogConfig& config, std::string_view value) {
    const std::vector<std::string> policies = split_list(value);
    config.cleanup_delete = std::ranges::count(policies, "delete") > 0;
    config.cleanup_compact = std::ranges::count(policies, "compact") > 0;
}

void set_compression(LogConfig& config, std::string_view value) {
    config.compression_type.reset();  // producer
    if (value == "uncompressed") config.compression_type = CompressionType::None;
    if (value == "gzip") config.compression_type = CompressionType::Gzip;
    if (value == "snappy") config.compression_type = CompressionType::Snappy;
    if (value == "lz4") config.compression_type = CompressionType::Lz4;
    if (value == "zstd") config.compression_type = CompressionType::Zstd;
}

void set_timestamp_type(LogConfig& config, std::string_view value) {
    config.message_timestamp_type =
        value == "LogAppendTime" ? TimestampType::LogAppendTime : TimestampType::CreateTime;
}

using Member = std::variant<std::int32_t LogConfig::*, std::int64_t LogConfig::*,
                            double LogConfig::*, void (*)(LogConfig&, std::string_view)>;
struct Binding {
    std::string_view key;
    Member member;
};

// Which key sets which member. Keys that are not here mean nothing to a log. A later one wins over
// an earlier: internal.segment.bytes over segment.bytes.
const Binding kBindings[] = {
    {"cleanup.policy", &set_cleanup},
    {"retention.ms", &LogConfig::retention_ms},
    {"retention.bytes", &LogConfig::retention_bytes},
    {"file.delete.delay.ms", &LogConfig::file_delete_delay_ms},
    {"segment.bytes", &LogConfig::segment_bytes},
    {"internal.segment.bytes", &LogConfig::segment_bytes},
    {"segment.ms", &LogConfig::segment_ms},
    {"segment.jitter.ms", &LogConfig::segment_jitter_ms},
    {"segment.index.bytes", &LogConfig::segment_index_bytes},
    {"index.interval.bytes", &LogConfig::index_interval_bytes},
    {"min.cleanable.dirty.ratio", &LogConfig::min_cleanable_dirty_ratio},
    {"min.compaction.lag.ms", &LogConfig::min_compaction_lag_ms},
    {"max.compaction.lag.ms", &LogConfig::max_compaction_lag_ms},
    {"delete.retention.ms", &LogConfig::delete_retention_ms},
    {"flush.messages", &LogConfig::flush_messages},
    {"flush.ms", &LogConfig::flush_ms},
    {"max.message.bytes", &LogConfig::max_message_bytes},
    {"compression.type", &set_compression},
    {"compression.gzip.level", &LogConfig::compression_gzip_level},
    {"compression.lz4.level", &LogConfig::compression_lz4_level},
    {"compression.zstd.level", &LogConfig::compression_zstd_level},
    {"message.timestamp.type", &set_timestamp_type},
    {"message.timestamp.before.max.ms", &LogConfig::message_timestamp_before_max_ms},
    {"message.timestamp.after.max.ms", &LogConfig::message_timestamp_after_max_ms},
    {"min.insync.replicas", &LogConfig::min_insync_replicas},
};

struct Setter {
    LogConfig& config;
    std::string_view value;

    void operator()(std::int32_t LogConfig::*member) const {
        config.*member = number<std::int32_t>(value);
    }
    void operator()(std::int64_t LogConfig::*member) const {
        config.*member = number<std::int64_t>(value);
    }
    void operator()(double LogConfig::*member) const { config.*member = number<double>(value); }
    void operator()(void (*set)(LogConfig&, std::string_view)) const { set(config, value); }
};

Error invalid(std::string message) { return {ErrorCode::INVALID_CONFIG, std::move(message)}; }

std::optional<Error> check_together(const ConfigValues& overrides, const Image& image,
                                    const StaticConfigs& statics) {
    const auto value = [&](std::string_view name) {
        const ConfigKey* key = find_topic_config(name);
        CHECK(key, "a topic key that is asked for by name is in the table");
        return effective_topic_config(*key, overrides, image, statics).value.value_or("");
    };
    const auto min_lag = number<std::int64_t>(value("min.compaction.lag.ms"));
    const auto max_lag = number<std::int64_t>(value("max.compaction.lag.ms"));
    if (min_lag > max_lag) {
        return invalid(
            fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > "
                        "max.compaction.lag.ms ({})",
                        min_lag, max_lag));
    }
    if (value("remote.storage.enable") == "true") {
        return invalid(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured "
            "with remote log storage.");
    }
    return std::nullopt;
}

}  // namespace

LogConfig default_log_config(const Image& image, const StaticConfigs& statics) {
    LogConfig config;
    for (const Binding& binding : kBindings) {
        const ConfigKey* key = find_topic_config(binding.key);
        CHECK(key, "a key that sets a member of LogConfig is a topic key");
        const EffectiveConfig effective = effective_topic_config(*key, {}, image, statics);
        if (effective.value) std::visit(Setter{config, *effective.value}, binding.member);
    }
    return config;
}

LogConfig log_config_of(const ConfigValues& overrides, LogConfig config) {
    if (overrides.empty()) return config;
    for (const Binding& binding : kBindings) {
        const auto found = overrides.find(binding.key);
        if (found == overrides.end()) continue;
        const auto value = parse_config(*find_topic_config(binding.key), found->second);
        if (value) std::visit(Setter{config, *value}, binding.member);
    }
    return config;
}

std::optional<Error> check_topic_configs(const ConfigValues& overrides, const Image& image,
                                         const StaticConfigs& statics) {
    if (overrides.empty()) return std::nullopt;
    // Names before values, as Kafka does.
    for (const auto& [name, value] : overrides) {
        if (!find_topic_config(name)) return invalid("Unknown topic config name: " + name);
    }
    for (const auto& [name, value] : overrides) {
        const auto parsed = parse_config(*find_topic_config(name), value);
        if (!parsed) return parsed.error();
    }
    return check_together(overrides, image, statics);
}

}  // namespace kafka::cluster
