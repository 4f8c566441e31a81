// OffsetFetch: where does a group continue? (KIP-447: only what no transaction may change; KIP-709:
// several groups at once; topic ids with v10, KIP-848)
#include "broker/groups/group_request.h"
#include "cluster/image.h"
#include "protocol/gen/offset_fetch.h"

namespace kafka::broker {
namespace {
using Request = OffsetFetchRequest;
using Response = OffsetFetchResponse;
using Group = Response::Group;

constexpr std::int16_t kFirstVersionWithTopicIds = 10;
constexpr std::int16_t kFirstVersionWithGroups = 8;
constexpr std::int16_t kFirstVersionWithError = 2;

Group::Topic unknown(const Request::Group::Topic& asked, ErrorCode error) {
    Group::Topic answer{asked.name, asked.topic_id, {}};
    for (const PartitionIndex partition : asked.partition_indexes) {
        answer.partitions.push_back({partition, Offset{-1}, LeaderEpoch{-1}, std::string(), error});
    }
    return answer;
}

// Gives topics that were asked for by id their names; those that have none are answered here.
std::vector<Group::Topic> resolve(const RequestContext& context, Request::Group& group) {
    std::vector<Group::Topic> refused;
    if (!group.topics || context.api_version() < kFirstVersionWithTopicIds) return refused;
    std::vector<Request::Group::Topic> known;
    for (auto& asked : *group.topics) {
        const cluster::Topic* topic = context.image().topics.find(asked.topic_id);
        if (!topic) {
            refused.push_back(unknown(asked, ErrorCode::UNKNOWN_TOPIC_ID));
            continue;
        }
        asked.name = topic->name;
        known.push_back(std::move(asked));
    }
    group.topics = std::move(known);
    return refused;
}

// When all offsets of a group were asked for, nobody has looked up the ids of their topics.
void put_ids(const RequestContext& context, Group& answer) {
    std::erase_if(answer.topics, [&](Group::Topic& topic) {
        const cluster::Topic* known = context.image().topics.find(topic.name);
        if (known) topic.topic_id = known->id;
        return known == nullptr;
    });
}

Task<Group> fetch(RequestContext& context, Request::Group request, bool require_stable) {
    std::vector<Group::Topic> refused = resolve(context, request);
    auto look = [&](groups::GroupCoordinator& coordinator, const groups::Context&) {
        return groups::Answered<Group>{coordinator.offset_fetch(request, require_stable), {}};
    };
    auto task = decide_for_group<Group>(context, request.group_id, look);
    Coordinated<Group> answer = co_await task;
    Group group;
    if (answer) {
        group = answer.take();
        const bool by_id = context.api_version() >= kFirstVersionWithTopicIds;
        if (by_id && !request.topics) put_ids(context, group);
        for (auto& topic : refused) group.topics.push_back(std::move(topic));
    } else {
        group.group_id = request.group_id;
        group.error_code = answer.error();
    }
    co_return group;
}

// Before version 8 there was one group, and its fields were the request's own.
Request::Group only_group(const Request& request) {
    Request::Group group;
    group.group_id = request.group_id;
    group.topics.reset();
    if (request.topics) group.topics.emplace();
    if (!request.topics) return group;
    for (const auto& topic : *request.topics) {
        group.topics->push_back({topic.name, Uuid{}, topic.partition_indexes});
    }
    return group;
}

Response as_only_group(const Request& request, Group group, std::int16_t version) {
    Response response;
    response.error_code = group.error_code;
    const bool tell_each =
        version < kFirstVersionWithError && group.error_code != ErrorCode::NONE && request.topics;
    if (tell_each) {
        const Request::Group asked = only_group(request);
        for (const auto& topic : *asked.topics) {
            group.topics.push_back(unknown(topic, group.error_code));
        }
    }
    for (auto& topic : group.topics) {
        auto& answered = response.topics.emplace_back();
        answered.name = std::move(topic.name);
        for (auto& each : topic.partitions) {
            answered.partitions.push_back({each.partition_index, each.committed_offset,
                                           each.committed_leader_epoch, std::move(each.metadata),
                                           each.error_code});
        }
    }
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    if (context.api_version() < kFirstVersionWithGroups) {
        Request::Group asked = only_group(request);
        auto task = fetch(context, std::move(asked), request.require_stable);
        Group group = co_await task;
        co_return as_only_group(request, std::move(group), context.api_version());
    }
    Response response;
    for (const auto& asked : request.groups) {
        auto task = fetch(context, asked, request.require_stable);
        Group group = co_await task;
        response.groups.push_back(std::move(group));
    }
    co_return response;
}

KAFKA_HANDLER(OffsetFetch);

}  // namespace kafka::broker
