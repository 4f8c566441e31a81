// DescribeTopicPartitions: the partitions of these topics, or of all, a page at a time. (KIP-966)
#include <algorithm>
#include <set>

#include "broker/cluster_view.h"
#include "broker/config.h"
#include "broker/handler.h"
#include "cluster/decisions.h"
#include "cluster/effective_config.h"
#include "protocol/gen/describe_topic_partitions.h"

namespace kafka::broker {
namespace {
using Request = DescribeTopicPartitionsRequest;
using Response = DescribeTopicPartitionsResponse;

Response refuse(const Request& request, ErrorCode code) {
    Response response;
    for (const auto& asked : request.topics) {
        auto& topic = response.topics.emplace_back();
        topic.error_code = code;
        topic.name = asked.name;
    }
    return response;
}

// The topics to answer, from the cursor's on, in the order of pages.
std::set<std::string> topics_from_cursor(const RequestContext& context, const Request& request) {
    std::set<std::string> names;
    if (request.topics.empty()) {
        for (const auto& [name, id] : context.image().topics.ids()) names.insert(name);
    } else {
        for (const auto& topic : request.topics) names.insert(topic.name);
    }
    if (request.cursor) names.erase(names.begin(), names.lower_bound(request.cursor->topic_name));
    return names;
}

Response::Topic describe(const RequestContext& context, const std::string& name) {
    Response::Topic answer;
    answer.name = name;
    answer.is_internal = cluster::is_internal_topic(name);
    answer.topic_authorized_operations = operations_on_topic(context, name);
    const cluster::Topic* topic = context.image().topics.find(name);
    if (topic) {
        answer.topic_id = topic->id;
    } else {
        answer.error_code = cluster::check_topic_name(name) ? ErrorCode::INVALID_TOPIC_EXCEPTION
                                                            : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    }
    return answer;
}

Response::Topic::Partition describe(const RequestContext& context, const cluster::Topic& topic,
                                    std::size_t index) {
    const cluster::Partition& partition = topic.partitions[index];
    Response::Topic::Partition answer;
    answer.error_code = leader_error(context, partition);
    answer.partition_index = {static_cast<std::int32_t>(index)};
    answer.leader_id = answer.error_code == ErrorCode::NONE ? partition.leader : cluster::kNoLeader;
    answer.leader_epoch = partition.leader_epoch;
    answer.replica_nodes = partition.replicas;
    answer.isr_nodes = partition.isr;
    answer.eligible_leader_replicas = partition.eligible_leader_replicas;
    answer.last_known_elr = partition.last_known_elr;
    answer.offline_replicas = offline_replicas(context, partition);
    return answer;
}

// Adds the topic's partitions from `first` on, as many as there is room for. Returns the first one
// that found none, or nothing.
std::optional<std::size_t> add_partitions(const RequestContext& context, std::size_t first,
                                          std::size_t& room, Response::Topic& answer) {
    const cluster::Topic* topic = context.image().topics.find(*answer.name);
    if (!topic) return std::nullopt;
    for (std::size_t i = first; i < topic->partitions.size(); ++i, --room) {
        if (room == 0) return i;
        answer.partitions.push_back(describe(context, *topic, i));
    }
    return std::nullopt;
}

}  // namespace

Response handle(RequestContext& context, const Request& request) {
    const auto is_unnamed = [](const auto& topic) { return topic.name.empty(); };
    if (std::ranges::any_of(request.topics, is_unnamed)) {
        return refuse(request, ErrorCode::UNKNOWN_SERVER_ERROR);
    }
    const std::set<std::string> names = topics_from_cursor(context, request);
    const bool cursor_found =
        request.cursor && !names.empty() && *names.begin() == request.cursor->topic_name;
    const bool cursor_is_wrong =
        request.cursor && (request.cursor->partition_index < PartitionIndex{0} ||
                           (!request.topics.empty() && !cursor_found));
    if (cursor_is_wrong) return refuse(request, ErrorCode::INVALID_REQUEST);

    const std::int64_t limit = cluster::broker_number("max.request.partition.size.limit",
                                                      context.image(), context.config().statics);
    auto room = static_cast<std::size_t>(
        std::clamp<std::int64_t>(request.response_partition_limit, 1, limit));
    // A topic that was deleted between two pages leaves its cursor to the next one.
    std::size_t first =
        cursor_found ? static_cast<std::size_t>(request.cursor->partition_index.value) : 0;
    Response response;
    for (const std::string& name : names) {
        if (!context.authorized(Operation::Describe, name)) continue;
        if (room == 0) {
            response.next_cursor = Response::Cursor{name, PartitionIndex{0}};
            break;
        }
        auto& answer = response.topics.emplace_back(describe(context, name));
        const auto rest = add_partitions(context, first, room, answer);
        first = 0;
        if (rest) {
            const PartitionIndex next{static_cast<std::int32_t>(*rest)};
            response.next_cursor = Response::Cursor{name, next};
            break;
        }
    }
    return response;
}

KAFKA_HANDLER(DescribeTopicPartitions);

}  // namespace kafka::broker
