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
            return groups::Answered<Group>{coordinator.describe_consumer_group(group_id, now), {}};
        };
        auto task = decide_for_group<Group>(context, group_id, describe);
        Coordinated<Group> answer = co_await task;
        Group& group = response.groups.emplace_back();
        if (answer) {
            group = answer.take();
        } else {
            group.group_id = group_id;
            group.error_code = answer.error();
        }
        if (request.include_authorized_operations && group.error_code == ErrorCode::NONE) {
            group.authorized_operations = authorized_group_operations(context, group_id);
        }
    }
    co_return response;
}

KAFKA_HANDLER(ConsumerGroupDescribe);

}  // namespace kafka::broker
