// ConsumerGroupHeartbeat: a member of a consumer group joins, stays, changes its mind or leaves;
// the broker assigns. (KIP-848; KIP-1082: members make up their ids)
#include "broker/groups/group_request.h"
#include "protocol/gen/consumer_group_heartbeat.h"

namespace kafka::broker {
namespace {
using Request = ConsumerGroupHeartbeatRequest;
using Response = ConsumerGroupHeartbeatResponse;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::string client_id(context.client_id().value_or(""));
    std::string client_host = "/";  // as Java prints an address
    client_host += context.client().peer().host;
    const groups::ConsumerHeartbeat heartbeat{
        request, context.api_version(), client_id, client_host,
        request.member_id.empty() ? Uuid::random().to_string() : std::string()};
    auto beat = [&heartbeat](groups::GroupCoordinator& coordinator, const groups::Context& now) {
        return coordinator.consumer_heartbeat(heartbeat, now);
    };
    auto task = decide_for_group<Response>(context, request.group_id, beat);
    Coordinated<Response> answer = co_await task;
    if (answer) co_return answer.take();
    Response response;
    response.error_code = answer.error();
    co_return response;
}

KAFKA_HANDLER(ConsumerGroupHeartbeat);

}  // namespace kafka::broker
