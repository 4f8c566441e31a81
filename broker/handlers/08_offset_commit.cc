// OffsetCommit: a group notes how far it has read. (KIP-211, KIP-320; topic ids with v10, KIP-848)
#include <algorithm>

#include "broker/groups/group_request.h"
#include "cluster/image.h"
#include "protocol/gen/offset_commit.h"

namespace kafka::broker {
namespace {
using Request = OffsetCommitRequest;
using Response = OffsetCommitResponse;

constexpr std::int16_t kFirstVersionWithTopicIds = 10;

bool exists(const cluster::Topic& topic, PartitionIndex partition) {
    return partition >= PartitionIndex{0} &&
           static_cast<std::size_t>(partition.value) < topic.partitions.size();
}

// The place in the answer for the topic; Kafka puts together what it says of one.
Response::Topic& topic_in(Response& response, const Request::Topic& asked) {
    const auto same = [&](const Response::Topic& topic) {
        return topic.name == asked.name && topic.topic_id == asked.topic_id;
    };
    const auto found = std::ranges::find_if(response.topics, same);
    if (found != response.topics.end()) return *found;
    return response.topics.emplace_back(Response::Topic{asked.name, asked.topic_id, {}});
}

// Takes out of the request what does not exist, answers that, and gives every topic its name and
// its id.
void resolve(const RequestContext& context, Request& request, Response& response) {
    const bool by_id = context.api_version() >= kFirstVersionWithTopicIds;
    const auto& topics = context.image().topics;
    std::vector<Request::Topic> known;
    for (Request::Topic& asked : request.topics) {
        const cluster::Topic* topic = by_id ? topics.find(asked.topic_id) : topics.find(asked.name);
        ErrorCode error = ErrorCode::NONE;
        if (!topic) {
            error = by_id ? ErrorCode::UNKNOWN_TOPIC_ID : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        } else if (!context.authorized(Operation::Read, topic->name)) {
            error = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        }
        if (topic) {
            asked.name = topic->name;
            asked.topic_id = topic->id;
        }
        auto good = std::exchange(asked.partitions, {});
        for (auto& partition : good) {
            const bool missing = topic && !exists(*topic, partition.partition_index);
            const ErrorCode code = missing ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION : error;
            if (code == ErrorCode::NONE) {
                asked.partitions.push_back(std::move(partition));
            } else {
                topic_in(response, asked).partitions.push_back({partition.partition_index, code});
            }
        }
        if (!asked.partitions.empty()) known.push_back(std::move(asked));
    }
    request.topics = std::move(known);
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    resolve(context, request, response);
    if (request.topics.empty()) co_return response;

    const std::int16_t version = context.api_version();
    auto commit = [&](groups::GroupCoordinator& coordinator, const groups::Context& now) {
        return coordinator.offset_commit(request, version, now);
    };
    auto task = decide_for_group<Response>(context, request.group_id, commit);
    Coordinated<Response> answer = co_await task;
    for (std::size_t i = 0; i < request.topics.size(); ++i) {
        auto& said = topic_in(response, request.topics[i]).partitions;
        if (answer) {
            auto& partitions = answer->topics[i].partitions;
            said.insert(said.end(), partitions.begin(), partitions.end());
            continue;
        }
        for (const auto& partition : request.topics[i].partitions) {
            said.push_back({partition.partition_index, answer.error()});
        }
    }
    co_return response;
}

KAFKA_HANDLER(OffsetCommit);

}  // namespace kafka::broker
