// Heartbeat: a member of a classic group is alive, and hears whether it must join again.
#include "broker/groups/group_request.h"
#include "protocol/gen/heartbeat.h"

namespace kafka::broker {
namespace {
using Request = HeartbeatRequest;
using Response = HeartbeatResponse;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    auto beat = [&request](groups::GroupCoordinator& coordinator, const groups::Context& now) {
        return coordinator.heartbeat(request, now);
    };
    auto task = look_at_group<Response>(context, request.group_id, beat);
    Coordinated<Response> answer = co_await task;
    if (answer) co_return answer.take();
    Response response;
    response.error_code = answer.error();
    co_return response;
}

KAFKA_HANDLER(Heartbeat);

}  // namespace kafka::broker
