#include "cluster/config_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "cluster/config_checks.h"
#include "cluster/decisions.h"
#include "cluster/effective_config.h"

namespace kafka::cluster {
namespace {

Error bad_request(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

std::optional<Error> check_changes(const std::vector<ConfigChange>& changes) {
    std::set<std::string> seen;
    std::vector<std::string> without_value;
    bool repeated = false;
    for (const ConfigChange& change : changes) {
        repeated |= !seen.insert(change.name).second;
        if (change.operation != ConfigOperation::Delete && !change.value) {
            without_value.push_back(change.name);
        }
    }
    if (!without_value.empty()) {
        return bad_request(
            fmt::format("Null value not supported for : {}", fmt::join(without_value, ",")));
    }
    if (repeated) return bad_request("Error due to duplicate config keys");
    return std::nullopt;
}

const ConfigKey* find_config(ConfigResourceType type, std::string_view name) {
    switch (type) {
        case ConfigResourceType::Topic:
            return find_topic_config(name);
        case ConfigResourceType::Broker:
            return find_broker_config(name);
        case ConfigResourceType::Group:
            return find_group_config(name);
        case ConfigResourceType::BrokerLogger:
        case ConfigResourceType::ClientMetrics:
            return nullptr;
    }
    return nullptr;
}

bool is_list(ConfigResourceType type, std::string_view name) {
    if (type == ConfigResourceType::ClientMetrics) return name == "metrics" || name == "match";
    const ConfigKey* key = find_config(type, name);
    return key && key->type == ConfigType::LIST;
}

// What APPEND and SUBTRACT start from: the override, or what holds without one.
std::string present_value(const Image& image, const StaticConfigs& statics, ConfigResourceType type,
                          const ConfigValues& overrides, const std::string& name) {
    if (const auto found = overrides.find(name); found != overrides.end()) return found->second;
    const ConfigKey* key = find_config(type, name);
    if (!key) return "";
    EffectiveConfig config;
    if (type == ConfigResourceType::Topic) {
        config = effective_topic_config(*key, overrides, image, statics);
    } else if (type == ConfigResourceType::Broker) {
        config = effective_broker_config(*key, image, statics);
    } else {
        config = effective_group_config(*key, overrides, image, statics);
    }
    return config.value.value_or("");
}

Error not_a_list(ConfigResourceType type, const ConfigChange& change) {
    const bool append = change.operation == ConfigOperation::Append;
    // A broker key is refused by the broker, the others by the controller: with other words.
    if (type == ConfigResourceType::Broker) {
        return {ErrorCode::INVALID_CONFIG,
                fmt::format("Config value {} is not allowed for config key: {}",
                            append ? "append" : "subtract", change.name)};
    }
    return {ErrorCode::INVALID_CONFIG,
            fmt::format("Can't {} to key {} because its type is not LIST.",
                        append ? "APPEND" : "SUBTRACT", change.name)};
}

std::string changed_list(const std::string& present, const ConfigChange& change) {
    std::vector<std::string> elements = split_list(present);
    // Nothing, appended, is an element too: an empty one, which the key's rule may refuse.
    const bool appends_nothing =
        change.operation == ConfigOperation::Append && trimmed(*change.value).empty();
    if (appends_nothing) elements.emplace_back();
    for (std::string& element : split_list(*change.value)) {
        const auto found = std::ranges::find(elements, element);
        if (change.operation == ConfigOperation::Append) {
            if (found == elements.end()) elements.push_back(std::move(element));
        } else if (found != elements.end()) {
            elements.erase(found);
        }
    }
    return join_list(elements);
}

std::optional<Error> apply(const Image& image, const StaticConfigs& statics,
                           ConfigResourceType type, const ConfigChange& change,
                           ConfigValues& values) {
    switch (change.operation) {
        case ConfigOperation::Set:
            values.insert_or_assign(change.name, *change.value);
            return std::nullopt;
        case ConfigOperation::Delete:
            values.erase(change.name);
            return std::nullopt;
        case ConfigOperation::Append:
        case ConfigOperation::Subtract: {
            if (!is_list(type, change.name)) return not_a_list(type, change);
            const std::string present = present_value(image, statics, type, values, change.name);
            values.insert_or_assign(change.name, changed_list(present, change));
            return std::nullopt;
        }
    }
    // A number that names no operation: Kafka gives up without a word.
    return Error{ErrorCode::UNKNOWN_SERVER_ERROR, ""};
}

std::optional<Error> check_values(const Image& image, const StaticConfigs& statics,
                                  ConfigResourceType type, const std::string& name,
                                  const ConfigValues& before, const ConfigValues& values) {
    switch (type) {
        case ConfigResourceType::Topic:
            return check_topic_configs(values, image, statics);
        case ConfigResourceType::Broker:
            return check_broker_configs(image, name, before, values);
        case ConfigResourceType::Group:
            return check_group_configs(values, image, statics);
        case ConfigResourceType::ClientMetrics:
            return check_client_metrics(values);
        case ConfigResourceType::BrokerLogger:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

Result<ConfigValues> changed_configs(const Image& image, const StaticConfigs& statics,
                                     const AskedResource& resource,
                                     const std::vector<ConfigChange>& changes, bool replace) {
    if (auto error = check_changes(changes)) return *error;
    if (auto error = check_config_resource(image, statics, resource)) return *error;
    const auto type = static_cast<ConfigResourceType>(resource.type);
    const ConfigValues& before = image.config_of(type, resource.name);
    ConfigValues values = replace ? ConfigValues{} : before;
    if (type == ConfigResourceType::Broker) {
        if (auto error = check_dynamic(resource.name, changes)) return *error;
    }
    for (const ConfigChange& change : changes) {
        if (auto error = apply(image, statics, type, change, values)) return *error;
    }
    if (auto error = check_values(image, statics, type, resource.name, before, values)) {
        return *error;
    }
    return values;
}

void put_config_records(const Image& image, const AskedResource& resource,
                        const ConfigValues& values, MetadataRecords& records) {
    const auto type = static_cast<ConfigResourceType>(resource.type);
    const ConfigValues& before = image.config_of(type, resource.name);
    ConfigRecord record;
    record.resource_type = resource.type;
    record.resource_name = resource.name;
    for (const auto& [name, value] : values) {
        const auto present = before.find(name);
        if (present != before.end() && present->second == value) continue;
        record.name = name;
        record.value = value;
        records.emplace_back(record);
    }
    record.value.reset();
    for (const auto& [name, value] : before) {
        if (values.contains(name)) continue;
        record.name = name;
        records.emplace_back(record);
    }
}

}  // namespace kafka::cluster
