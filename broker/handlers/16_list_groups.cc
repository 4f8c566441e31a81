// ListGroups: every group that this broker coordinates. (KIP-518: by state; KIP-848: by type)
#include "broker/groups/group_request.h"
#include "broker/shards.h"
#include "protocol/gen/list_groups.h"

namespace kafka::broker {
namespace {
using Request = ListGroupsRequest;
using Response = ListGroupsResponse;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Shards& all = context.shard().all();
    std::vector<Shard*> shards;
    for (std::uint32_t i = 0; i < all.count(); ++i) shards.push_back(&all.at(ShardId{i}));
    std::vector<Response> found(shards.size());
    auto list = [&](Shard& there) {
        Response& here = found[static_cast<std::size_t>(there.id())];
        here.error_code = there.groups().for_each([&](const groups::GroupCoordinator& groups) {
            groups.list_groups(request, here.groups);
        });
    };
    auto trip = context.on_shards(shards, list);
    co_await trip;

    Response response;
    for (Response& each : found) {
        if (each.error_code != ErrorCode::NONE) response.error_code = each.error_code;
        std::ranges::move(each.groups, std::back_inserter(response.groups));
    }
    if (response.error_code != ErrorCode::NONE) response.groups.clear();
    co_return response;
}

KAFKA_HANDLER(ListGroups);

}  // namespace kafka::broker
