// LeaveGroup: members leave a classic group, or are removed from it. (KIP-345: several at once)
#include "broker/groups/group_request.h"
#include "protocol/gen/leave_group.h"

namespace kafka::broker {
namespace {
using Request = LeaveGroupRequest;
using Response = LeaveGroupResponse;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::int16_t version = context.api_version();
    auto leave = [&](groups::GroupCoordinator& coordinator, const groups::Context& now) {
        return coordinator.leave_group(request, version, now);
    };
    auto task = decide_for_group<Response>(context, request.group_id, leave);
    Coordinated<Response> answer = co_await task;
    if (answer) co_return answer.take();
    Response response;
    response.error_code = answer.error();
    co_return response;
}

KAFKA_HANDLER(LeaveGroup);

}  // namespace kafka::broker
