// Topics are created.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cluster/decisions.h"
#include "cluster/effective_config.h"
#include "cluster/placement.h"
#include "cluster/topic_configs.h"

namespace kafka::cluster {
namespace {

using Request = CreateTopicsRequest;
using Response = CreateTopicsResponse;

Response::Topic failed(const std::string& name, const Error& error) {
    Response::Topic answer;
    answer.name = name;
    answer.error_code = error.code;
    if (!error.message.empty()) answer.error_message = error.message;
    return answer;
}

// A log's folder, and with it a metric's name, treats '.' and '_' alike.
std::string unified(std::string name) {
    std::ranges::replace(name, '.', '_');
    return name;
}

std::optional<Error> check_collision(const Image& image, const std::string& name) {
    if (name.find_first_of("._") == std::string::npos) return std::nullopt;
    const std::string wanted = unified(name);
    for (const auto& [existing, id] : image.topics.ids()) {
        if (existing.size() != wanted.size() || unified(existing) != wanted) continue;
        return Error{ErrorCode::INVALID_TOPIC_EXCEPTION,
                     fmt::format("Topic '{}' collides with existing topic: {}", name, existing)};
    }
    return std::nullopt;
}

std::optional<Error> check_name(const Image& image, const std::string& name) {
    if (auto error = check_topic_name(name)) return error;
    if (image.topics.find(name)) {
        return Error{ErrorCode::TOPIC_ALREADY_EXISTS,
                     fmt::format("Topic '{}' already exists.", name)};
    }
    return check_collision(image, name);
}

Result<ConfigValues> configs_of(const Request::Topic& topic, const Image& image,
                                const StaticConfigs& statics) {
    ConfigValues values;
    std::string without_value;
    for (const auto& config : topic.configs) {
        if (config.value) {
            values.insert_or_assign(config.name, *config.value);
            continue;
        }
        if (!without_value.empty()) without_value += ',';
        without_value += config.name;
    }
    if (!without_value.empty()) {
        return Error{ErrorCode::INVALID_CONFIG,
                     "Null value not supported for topic configs: " + without_value};
    }
    if (auto error = check_topic_configs(values, image, statics)) return *error;
    return values;
}

using Assignments = std::vector<std::vector<BrokerId>>;

// The client says which brokers get what.
Result<Assignments> manual_assignments(const Request::Topic& topic, const Image& image) {
    if (topic.replication_factor != -1) {
        return Error{ErrorCode::INVALID_REQUEST,
                     "A manual partition assignment was specified, but replication factor was not "
                     "set to -1."};
    }
    if (topic.num_partitions != -1) {
        return Error{ErrorCode::INVALID_REQUEST,
                     "A manual partition assignment was specified, but numPartitions was not set "
                     "to -1."};
    }
    std::map<PartitionIndex, std::vector<BrokerId>> by_index;
    int replication_factor = -1;
    for (const auto& assignment : topic.assignments) {
        if (by_index.contains(assignment.partition_index)) {
            return Error{ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                         fmt::format("Found multiple manual partition assignments for partition {}",
                                     assignment.partition_index.value)};
        }
        if (auto error = check_assignment(image, assignment.broker_ids, replication_factor)) {
            return *error;
        }
        replication_factor = static_cast<int>(assignment.broker_ids.size());
        by_index.emplace(assignment.partition_index, assignment.broker_ids);
    }
    Assignments assignments;
    for (auto& [index, replicas] : by_index) {
        if (index.value != static_cast<std::int32_t>(assignments.size())) {
            return Error{ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                         "partitions should be a consecutive 0-based integer sequence"};
        }
        assignments.push_back(std::move(replicas));
    }
    return assignments;
}

std::int64_t partitions_wanted(const Request::Topic& topic, const Image& image,
                               const StaticConfigs& statics) {
    if (!topic.assignments.empty()) return static_cast<std::int64_t>(topic.assignments.size());
    if (topic.num_partitions != -1) return topic.num_partitions;
    return broker_number("num.partitions", image, statics);
}

Result<Assignments> assignments_of(const Request::Topic& topic, const Image& image,
                                   const StaticConfigs& statics) {
    if (!topic.assignments.empty()) return manual_assignments(topic, image);
    if (topic.replication_factor < -1 || topic.replication_factor == 0) {
        return Error{ErrorCode::INVALID_REPLICATION_FACTOR,
                     "Replication factor must be larger than 0, or -1 to use the default value."};
    }
    if (topic.num_partitions < -1 || topic.num_partitions == 0) {
        return Error{ErrorCode::INVALID_PARTITIONS,
                     "Number of partitions was set to an invalid non-positive value."};
    }
    const std::int64_t replication_factor =
        topic.replication_factor != -1
            ? topic.replication_factor
            : broker_number("default.replication.factor", image, statics);
    const auto partitions = static_cast<std::size_t>(partitions_wanted(topic, image, statics));
    return place_replicas(image, partitions, static_cast<std::int16_t>(replication_factor),
                          image.topics.size());
}

std::vector<Response::Topic::Config> described(const ConfigValues& overrides, const Image& image,
                                               const StaticConfigs& statics) {
    std::vector<Response::Topic::Config> configs;
    for (const ConfigKey* key : topic_config_keys()) {
        const auto set = overrides.find(key->name);
        if (key->internal && set == overrides.end()) continue;
        EffectiveConfig config = effective_topic_config(*key, overrides, image, statics);
        Response::Topic::Config answer;
        answer.name = key->name;
        // What was asked for is echoed as it was written.
        answer.value = set != overrides.end() ? set->second : config.value;
        answer.config_source = static_cast<std::int8_t>(config.source);
        configs.push_back(std::move(answer));
    }
    return configs;
}

Result<Response::Topic> create_topic(const Request::Topic& topic, const Image& image,
                                     const StaticConfigs& statics, const UuidSource& new_uuid,
                                     MetadataRecords& records) {
    auto configs = configs_of(topic, image, statics);
    if (!configs) return configs.error();
    auto assignments = assignments_of(topic, image, statics);
    if (!assignments) return assignments.error();

    Response::Topic answer;
    answer.name = topic.name;
    answer.topic_id = new_uuid();
    answer.num_partitions = static_cast<std::int32_t>(assignments->size());
    answer.replication_factor = static_cast<std::int16_t>(assignments->front().size());
    answer.configs = described(*configs, image, statics);

    TopicRecord topic_record;
    topic_record.name = topic.name;
    topic_record.topic_id = answer.topic_id;
    records.emplace_back(std::move(topic_record));
    for (const auto& [name, value] : *configs) {
        ConfigRecord record;
        record.resource_type = static_cast<std::int8_t>(ConfigResourceType::Topic);
        record.resource_name = topic.name;
        record.name = name;
        record.value = value;
        records.emplace_back(std::move(record));
    }
    for (std::size_t i = 0; i < assignments->size(); ++i) {
        const PartitionIndex index{static_cast<std::int32_t>(i)};
        auto partition = new_partition(image, std::move((*assignments)[i]), index);
        if (!partition) return partition.error();
        records.emplace_back(record_of(*partition, answer.topic_id, index));
    }
    return answer;
}

Decision<Response> all_failed(const Request& request, const Error& error) {
    Decision<Response> decision;
    for (const auto& topic : request.topics) {
        decision.response.topics.push_back(failed(topic.name, error));
    }
    return decision;
}

std::set<std::string> repeated_names(const Request& request) {
    std::set<std::string> seen;
    std::set<std::string> repeated;
    for (const auto& topic : request.topics) {
        if (!seen.insert(topic.name).second) repeated.insert(topic.name);
    }
    return repeated;
}

}  // namespace

Decision<Response> create_topics(const Image& image, const Request& request,
                                 const StaticConfigs& statics, const UuidSource& new_uuid) {
    std::int64_t partitions = 0;
    for (const auto& topic : request.topics) {
        partitions += std::max<std::int64_t>(0, partitions_wanted(topic, image, statics));
    }
    if (partitions > static_cast<std::int64_t>(kMaxRecordsPerDecision)) {
        return all_failed(request, {ErrorCode::POLICY_VIOLATION,
                                    "Excessively large number of partitions per request."});
    }

    const std::set<std::string> repeated = repeated_names(request);
    Decision<Response> decision;
    for (const auto& topic : request.topics) {
        if (repeated.contains(topic.name) || topic.name == kMetadataTopic) continue;
        MetadataRecords records;
        auto& answers = decision.response.topics;
        if (auto error = check_name(image, topic.name)) {
            answers.push_back(failed(topic.name, *error));
        } else if (auto made = create_topic(topic, image, statics, new_uuid, records)) {
            answers.push_back(made.take());
            std::ranges::move(records, std::back_inserter(decision.records));
        } else {
            answers.push_back(failed(topic.name, made.error()));
        }
    }
    if (decision.records.size() > kMaxRecordsPerDecision) {
        return all_failed(request, {ErrorCode::POLICY_VIOLATION,
                                    "Unable to perform excessively large batch operation."});
    }
    for (const std::string& name : repeated) {
        decision.response.topics.push_back(
            failed(name, {ErrorCode::INVALID_REQUEST, "Duplicate topic name."}));
    }
    const auto is_metadata = [](const auto& topic) { return topic.name == kMetadataTopic; };
    if (!repeated.contains(std::string(kMetadataTopic)) &&
        std::ranges::any_of(request.topics, is_metadata)) {
        decision.response.topics.push_back(
            failed(std::string(kMetadataTopic),
                   {ErrorCode::INVALID_REQUEST,
                    "Creation of internal topic __cluster_metadata is prohibited."}));
    }
    if (request.validate_only) decision.records.clear();
    return decision;
}

}  // namespace kafka::cluster
