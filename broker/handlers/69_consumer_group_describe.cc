// ConsumerGroupDescribe: state, members and assignments of consumer groups. (KIP-848; KIP-1099: the
// protocol of each member)
#include "broker/groups/group_request.h"
#include "protocol/gen/consumer_group_describe.h"

namespace kafka::broker {
namespace {
using Request = ConsumerGroupDescribeRequest;
using Response = ConsumerGroupDescribeResponse;
using Group = Response::Group;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    for (const std::string& group_id : request.group_ids) {
        auto describe = [&](groups::GroupCoordinator& coordinator, const groups::Context& now) {
            return coordinator.describe_consumer_group(group_id, now);
        };
        auto task = describe_group<Group>(context, group_id, request.include_authorized_operations,
                                          describe);
        Group group = co_await task;
        response.groups.push_back(std::move(group));
    }
    co_return response;
}

KAFKA_HANDLER(ConsumerGroupDescribe);

}  // namespace kafka::broker
