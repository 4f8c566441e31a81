// JoinGroup: a member comes into a classic group; answered when the rebalance has gathered
// everybody. (KIP-62, KIP-345, KIP-394, KIP-814)
#include "broker/groups/group_request.h"
#include "protocol/gen/join_group.h"

namespace kafka::broker {
namespace {
using Request = JoinGroupRequest;
using Response = JoinGroupResponse;

constexpr std::int16_t kFirstVersionWithNullProtocol = 7;

// "consumer-1-" or, for a static member, its instance id; then a random uuid as Java writes it.
std::string new_member_id(const RequestContext& context, const Request& request) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string id = request.group_instance_id ? *request.group_instance_id
                                               : std::string(context.client_id().value_or(""));
    id += '-';
    const Uuid uuid = Uuid::random();
    for (std::size_t i = 0; i < uuid.bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
        id += kHex[uuid.bytes[i] >> 4];
        id += kHex[uuid.bytes[i] & 0xf];
    }
    return id;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::string client_id(context.client_id().value_or(""));
    std::string client_host = "/";  // as Java prints an address
    client_host += context.client().peer().host;
    const std::string member_id = new_member_id(context, request);
    auto join = [&](groups::GroupCoordinator& coordinator, const groups::Context& now,
                    groups::Token token) {
        const groups::ClassicJoin event{request,   context.api_version(), token,
                                        client_id, client_host,           member_id};
        return coordinator.join_group(event, now);
    };
    auto task = park_at_group(context, request.group_id, join);
    Coordinated<groups::Response> reply = co_await task;
    Response response;
    if (reply) {
        response = std::get<Response>(reply.take());
    } else {
        response.error_code = reply.error();
        response.protocol_name.reset();
        response.member_id = request.member_id;
    }
    if (context.api_version() < kFirstVersionWithNullProtocol && !response.protocol_name) {
        response.protocol_name.emplace();
    }
    co_return response;
}

KAFKA_HANDLER(JoinGroup);

}  // namespace kafka::broker
