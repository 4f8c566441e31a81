#include "cluster/config_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "cluster/decisions.h"
#include "cluster/effective_config.h"

namespace kafka::cluster {
namespace {

constexpr std::string_view kMinInsyncReplicas = "min.insync.replicas";

Error bad_request(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }
Error bad_config(std::string message) { return {ErrorCode::INVALID_CONFIG, std::move(message)}; }

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<Error> check_topic(const Image& image, const std::string& name) {
    if (name.empty()) return bad_request("Default topic resources are not allowed.");
    if (auto error = check_topic_name(name)) return error;
    if (image.topics.find(name)) return std::nullopt;
    return Error{ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
                 fmt::format("The topic '{}' does not exist.", name)};
}

std::optional<Error> check_broker(const StaticConfigs& statics, const std::string& name) {
    if (name.empty()) return std::nullopt;
    const auto id = integer(name);
    if (!id) return bad_request(fmt::format("Node id must be an integer, but it is: {}", name));
    if (*id != statics.node_id.value) {
        return bad_request(fmt::format("Unexpected broker id, expected {}, but received {}",
                                       statics.node_id.value, *id));
    }
    return std::nullopt;
}

std::optional<Error> not_updatable(std::string_view why, const std::vector<std::string>& names) {
    if (names.empty()) return std::nullopt;
    return bad_request(fmt::format("{}: [{}]", why, fmt::join(names, ", ")));
}

// A group's value stays within what the broker's group.<kind>.min.* and .max.* keys allow.
std::optional<Error> check_bounds(const std::string& name, std::int64_t value, const Image& image,
                                  const StaticConfigs& statics) {
    const auto dot = name.find('.');
    std::string kind = name.substr(0, dot);
    std::string rest = name.substr(dot + 1);
    if (name == "streams.num.standby.replicas") rest = "standby.replicas";
    const std::string min = fmt::format("group.{}.min.{}", kind, rest);
    const std::string max = fmt::format("group.{}.max.{}", kind, rest);
    if (find_broker_config(min) && value < broker_number(min, image, statics)) {
        return bad_config(fmt::format("{} must be greater than or equal to {}", name, min));
    }
    if (find_broker_config(max) && value > broker_number(max, image, statics)) {
        return bad_config(fmt::format("{} must be less than or equal to {}", name, max));
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> check_config_resource(const Image& image, const StaticConfigs& statics,
                                           const AskedResource& resource) {
    switch (static_cast<ConfigResourceType>(resource.type)) {
        case ConfigResourceType::Topic:
            return check_topic(image, resource.name);
        case ConfigResourceType::Broker:
            return check_broker(statics, resource.name);
        case ConfigResourceType::ClientMetrics:
            if (resource.name.empty()) return bad_request("Subscription name can't be empty");
            return std::nullopt;
        case ConfigResourceType::Group:
            if (resource.name.empty()) {
                return bad_request("Default group resources are not allowed.");
            }
            return std::nullopt;
        case ConfigResourceType::BrokerLogger:
            break;  // not kept in the log
    }
    return bad_request(fmt::format("Unknown resource type {}", resource.type));
}

std::optional<Error> check_dynamic(const std::string& broker,
                                   const std::vector<ConfigChange>& changes) {
    std::vector<std::string> fixed;
    std::vector<std::string> per_listener;
    std::vector<std::string> per_broker;
    for (const ConfigChange& change : changes) {
        const ConfigKey* key = find_broker_config(change.name);
        // Keys that nobody knows are kept for plug-ins, as Kafka does.
        if (!key) continue;
        switch (key->dynamic) {
            case Dynamic::No:
                fixed.push_back(change.name);
                break;
            case Dynamic::PerListener:
                per_listener.push_back(change.name);
                break;
            case Dynamic::PerBroker:
                per_broker.push_back(change.name);
                break;
            case Dynamic::ClusterWide:
                break;
        }
    }
    if (auto error = not_updatable("Cannot update these configs dynamically", fixed)) return error;
    if (auto error = not_updatable("These security configs can be dynamically updated only "
                                   "per-listener using the listener prefix",
                                   per_listener)) {
        return error;
    }
    if (!broker.empty()) return std::nullopt;
    return not_updatable(
        "Cannot update these configs at default cluster level, broker id must be specified",
        per_broker);
}

std::optional<Error> check_broker_configs(const Image& image, const std::string& broker,
                                          const ConfigValues& before, const ConfigValues& values) {
    for (const auto& [name, value] : values) {
        const ConfigKey* key = find_broker_config(name);
        if (!key) continue;
        const auto parsed = parse_config(*key, value);
        if (!parsed) return bad_request(parsed.error().message);
    }
    // Eligible leader replicas need one min.insync.replicas for the whole cluster (KIP-966).
    if (image.feature_level("eligible.leader.replicas.version") == 0) return std::nullopt;
    const bool had = before.find(kMinInsyncReplicas) != before.end();
    const bool has = values.find(kMinInsyncReplicas) != values.end();
    if (broker.empty() && had && !has) {
        return bad_config(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
    }
    if (!broker.empty() && has) {
        return bad_config(
            "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    return std::nullopt;
}

std::optional<Error> check_group_configs(const ConfigValues& values, const Image& image,
                                         const StaticConfigs& statics) {
    for (const auto& [name, value] : values) {
        const ConfigKey* key = find_group_config(name);
        if (!key) return bad_config("Unknown group config name: " + name);
        const auto parsed = parse_config(*key, value);
        if (!parsed) return parsed.error();
        if (key->type != ConfigType::INT) continue;
        const auto number = integer(*parsed);
        if (auto error = check_bounds(name, number.value_or(0), image, statics)) return error;
    }
    return std::nullopt;
}

std::optional<Error> check_client_metrics(const ConfigValues& values) {
    constexpr std::array<std::string_view, 6> kAttributes = {
        "client_instance_id",    "client_id",
        "client_software_name",  "client_software_version",
        "client_source_address", "client_source_port"};
    for (const auto& [name, value] : values) {
        if (name == "interval.ms") {
            const auto interval = integer(trimmed(value));
            if (!interval || *interval < 100 || *interval > 3'600'000) {
                return bad_request(
                    fmt::format("Invalid value {} for interval.ms, interval must be "
                                "between 100 and 3600000 (1 hour)",
                                value));
            }
        } else if (name == "match") {
            for (const std::string& pattern : split_list(value)) {
                const auto equals = pattern.find('=');
                const std::string attribute(trimmed(std::string_view(pattern).substr(0, equals)));
                if (equals == std::string::npos || attribute.empty() ||
                    !std::ranges::count(kAttributes, attribute)) {
                    return bad_config("Illegal client matching pattern: " + pattern);
                }
            }
        } else if (name != "metrics") {
            return bad_request("Unknown client metrics configuration: " + name);
        }
    }
    return std::nullopt;
}

}  // namespace kafka::cluster
