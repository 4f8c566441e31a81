// SyncGroup: the leader of a classic group brings the assignments, every member gets its own.
#include "broker/groups/group_request.h"
#include "protocol/gen/sync_group.h"

namespace kafka::broker {
namespace {
using Request = SyncGroupRequest;
using Response = SyncGroupResponse;

constexpr std::int16_t kFirstVersionWithProtocol = 5;  // KIP-559

Response refused(ErrorCode error) {
    Response response;
    response.error_code = error;
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const bool says_protocol = request.protocol_type && request.protocol_name;
    if (context.api_version() >= kFirstVersionWithProtocol && !says_protocol) {
        co_return refused(ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    }
    auto sync = [&request](groups::GroupCoordinator& coordinator, const groups::Context& now,
                           groups::Token token) {
        return coordinator.sync_group(request, token, now);
    };
    auto task = park_at_group(context, request.group_id, sync);
    Coordinated<groups::Response> reply = co_await task;
    if (!reply) co_return refused(reply.error());
    co_return std::get<Response>(reply.take());
}

KAFKA_HANDLER(SyncGroup);

}  // namespace kafka::broker
