// Topics get more partitions.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cluster/decisions.h"
#include "cluster/placement.h"

namespace kafka::cluster {
namespace {

using Request = CreatePartitionsRequest;
using Response = CreatePartitionsResponse;

Response::Result result_of(const std::string& topic, const Error& error) {
    Response::Result result;
    result.name = topic;
    result.error_code = error.code;
    if (!error.message.empty()) result.error_message = error.message;
    return result;
}

std::optional<Error> check_count(const Topic* topic, const Request::Topic& asked) {
    if (!topic) return Error{ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, ""};
    const auto present = static_cast<std::int32_t>(topic->partitions.size());
    if (asked.count == present) {
        return Error{ErrorCode::INVALID_PARTITIONS,
                     fmt::format("Topic already has {} partition(s).", present)};
    }
    if (asked.count < present) {
        return Error{ErrorCode::INVALID_PARTITIONS,
                     fmt::format("The topic {} currently has {} partition(s); {} would not be an "
                                 "increase.",
                                 topic->name, present, asked.count)};
    }
    const auto additional = static_cast<std::size_t>(asked.count - present);
    if (asked.assignments && asked.assignments->size() != additional) {
        return Error{ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                     fmt::format("Attempted to add {} additional partition(s), but only {} "
                                 "assignment(s) were specified.",
                                 additional, asked.assignments->size())};
    }
    return std::nullopt;
}

Result<std::vector<std::vector<BrokerId>>> replicas_for(const Image& image, const Topic& topic,
                                                        const Request::Topic& asked) {
    const std::size_t replication_factor = topic.partitions.front().replicas.size();
    if (!asked.assignments) {
        const auto additional = static_cast<std::size_t>(asked.count) - topic.partitions.size();
        return place_replicas(image, additional, static_cast<std::int16_t>(replication_factor),
                              topic.partitions.size());
    }
    std::vector<std::vector<BrokerId>> replicas;
    for (const auto& assignment : *asked.assignments) {
        const auto wanted = static_cast<int>(replication_factor);
        if (auto error = check_assignment(image, assignment.broker_ids, wanted)) return *error;
        replicas.push_back(assignment.broker_ids);
    }
    return replicas;
}

// Appends the records of one topic; on an error `records` may hold some of them.
std::optional<Error> add_partitions(const Image& image, const Request::Topic& asked,
                                    MetadataRecords& records) {
    const Topic* topic = image.topics.find(asked.name);
    if (auto error = check_count(topic, asked)) return error;
    if (static_cast<std::size_t>(asked.count) - topic->partitions.size() + records.size() >
        kMaxRecordsPerDecision) {
        // Unlike Kafka: it answers UNKNOWN_SERVER_ERROR, and its topic has lost its way afterwards.
        return Error{ErrorCode::POLICY_VIOLATION,
                     "Unable to perform excessively large batch operation."};
    }
    auto replicas = replicas_for(image, *topic, asked);
    if (!replicas) return replicas.error();
    auto next = static_cast<std::int32_t>(topic->partitions.size());
    for (auto& each : *replicas) {
        const PartitionIndex index{next++};
        auto partition = new_partition(image, std::move(each), index);
        if (!partition) return partition.error();
        records.emplace_back(record_of(*partition, topic->id, index));
    }
    return std::nullopt;
}

}  // namespace

Decision<Response> create_partitions(const Image& image, const Request& request) {
    std::set<std::string> seen;
    std::set<std::string> repeated;
    for (const auto& topic : request.topics) {
        if (!seen.insert(topic.name).second) repeated.insert(topic.name);
    }
    Decision<Response> decision;
    for (const std::string& name : repeated) {
        decision.response.results.push_back(
            result_of(name, {ErrorCode::INVALID_REQUEST, "Duplicate topic name."}));
    }
    for (const auto& topic : request.topics) {
        if (repeated.contains(topic.name)) continue;
        const std::size_t before = decision.records.size();
        const auto error = add_partitions(image, topic, decision.records);
        if (error) decision.records.resize(before);
        decision.response.results.push_back(
            result_of(topic.name, error.value_or(Error{ErrorCode::NONE, ""})));
    }
    if (request.validate_only) decision.records.clear();
    return decision;
}

}  // namespace kafka::cluster
