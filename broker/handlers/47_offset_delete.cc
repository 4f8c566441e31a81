// OffsetDelete: an administrator makes a group forget where it was. (KIP-496)
#include <algorithm>

#include "broker/groups/group_request.h"
#include "cluster/image.h"
#include "protocol/gen/offset_delete.h"

namespace kafka::broker {
namespace {
using Request = OffsetDeleteRequest;
using Response = OffsetDeleteResponse;

bool exists(const cluster::Topic* topic, PartitionIndex partition) {
    return topic && partition >= PartitionIndex{0} &&
           static_cast<std::size_t>(partition.value) < topic->partitions.size();
}

Response::Topic& topic_in(Response& response, const std::string& name) {
    const auto found = std::ranges::find(response.topics, name, &Response::Topic::name);
    if (found != response.topics.end()) return *found;
    return response.topics.emplace_back(Response::Topic{name, {}});
}

// Takes out of the request what does not exist, and answers that.
Response take_unknown(const RequestContext& context, Request& request) {
    Response response;
    for (auto& asked : request.topics) {
        const cluster::Topic* topic = context.image().topics.find(asked.name);
        std::erase_if(asked.partitions, [&](const auto& partition) {
            if (exists(topic, partition.partition_index)) return false;
            topic_in(response, asked.name)
                .partitions.push_back(
                    {partition.partition_index, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION});
            return true;
        });
    }
    std::erase_if(request.topics, [](const auto& topic) { return topic.partitions.empty(); });
    return response;
}

Response refused(ErrorCode error) {
    Response response;
    response.error_code = error;
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    if (request.group_id.empty()) co_return refused(ErrorCode::INVALID_GROUP_ID);
    Response response = take_unknown(context, request);

    auto forget = [&request](groups::GroupCoordinator& coordinator, const groups::Context&) {
        return coordinator.offset_delete(request);
    };
    auto task = decide_for_group<Response>(context, request.group_id, forget);
    Coordinated<Response> answer = co_await task;
    if (!answer) co_return refused(answer.error());
    if (answer->error_code != ErrorCode::NONE) co_return refused(answer->error_code);
    for (auto& topic : answer->topics) {
        auto& said = topic_in(response, topic.name).partitions;
        said.insert(said.end(), topic.partitions.begin(), topic.partitions.end());
    }
    co_return response;
}

KAFKA_HANDLER(OffsetDelete);

}  // namespace kafka::broker
