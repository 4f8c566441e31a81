// DescribeGroups: the state and the members of classic groups. (KIP-430: what may I do with them;
// KIP-1043: a group that is not there is an error)
#include "broker/groups/group_request.h"
#include "protocol/gen/describe_groups.h"

namespace kafka::broker {
namespace {
using Request = DescribeGroupsRequest;
using Response = DescribeGroupsResponse;
using Group = Response::Group;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::int16_t version = context.api_version();
    Response response;
    for (const std::string& group_id : request.groups) {
        auto describe = [&](groups::GroupCoordinator& coordinator, const groups::Context&) {
            return coordinator.describe_group(group_id, version);
        };
        auto task = describe_group<Group>(context, group_id, request.include_authorized_operations,
                                          describe);
        Group group = co_await task;
        response.groups.push_back(std::move(group));
    }
    co_return response;
}

KAFKA_HANDLER(DescribeGroups);

}  // namespace kafka::broker
