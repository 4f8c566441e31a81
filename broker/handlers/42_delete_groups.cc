// DeleteGroups: groups without members, and the offsets that they committed, are forgotten.
// (KIP-229)
#include <set>

#include "broker/groups/group_request.h"
#include "protocol/gen/delete_groups.h"

namespace kafka::broker {
namespace {
using Request = DeleteGroupsRequest;
using Response = DeleteGroupsResponse;
using Result = Response::Result;
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    std::set<std::string> done;  // a name that is repeated is answered once
    for (const std::string& group_id : request.groups_names) {
        if (!done.insert(group_id).second) continue;
        auto remove = [&group_id](groups::GroupCoordinator& coordinator, const groups::Context&) {
            auto decided = coordinator.delete_group(group_id);
            Result result;
            result.error_code = decided.response;
            return groups::Answered<Result>{std::move(result), std::move(decided.effects)};
        };
        auto task = decide_for_group<Result>(context, group_id, remove);
        Coordinated<Result> answer = co_await task;
        Result& result = response.results.emplace_back();
        result.group_id = group_id;
        result.error_code = answer ? answer->error_code : answer.error();
    }
    co_return response;
}

KAFKA_HANDLER(DeleteGroups);

}  // namespace kafka::broker
