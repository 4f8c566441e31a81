// How a handler reaches the coordinator of a group: on whichever shard it lives. For handlers that
// wait; see group_shard.h for what may be asked there.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "broker/coordinator_request.h"
#include "broker/groups/group_shard.h"
#include "broker/waiting_handler.h"

namespace kafka::broker {

// Nothing while `__consumer_offsets` does not exist.
inline std::optional<CoordinatorPlace> place_of_group(RequestContext& context,
                                                      std::string_view group_id) {
    return place_of_key(context.shard(), kOffsetsTopic, group_id);
}

// What the client may do with the group, a bit for each of an operation's numbers (KIP-430).
std::int32_t authorized_group_operations(const RequestContext& context,
                                         const std::string& group_id);

// Answered<R> decide(GroupCoordinator&, const Context&), where the group is.
template <class R, class Decide>
Task<Coordinated<R>> decide_for_group(RequestContext& context, std::string_view group_id,
                                      Decide& decide) {
    return decide_at_coordinator<GroupShard, R>(context.shard(), place_of_group(context, group_id),
                                                decide);
}

// R look(const GroupCoordinator&, const Context&), where the group is.
template <class R, class Look>
Task<Coordinated<R>> look_at_group(RequestContext& context, std::string_view group_id, Look& look) {
    return look_at_coordinator<GroupShard, R>(context.shard(), place_of_group(context, group_id),
                                              look);
}

// One group of an answer that describes several, by Group describe(GroupCoordinator&, Context).
template <class Group, class Describe>
Task<Group> describe_group(RequestContext& context, const std::string& group_id,
                           bool with_operations, Describe& describe) {
    auto decide = [&describe](groups::GroupCoordinator& coordinator, const groups::Context& now) {
        return groups::Answered<Group>{describe(coordinator, now), {}};
    };
    auto task = decide_for_group<Group>(context, group_id, decide);
    Coordinated<Group> answer = co_await task;
    Group group;
    if (answer) {
        group = answer.take();
    } else {
        group.group_id = group_id;
        group.error_code = answer.error();
    }
    if (with_operations && group.error_code == ErrorCode::NONE) {
        group.authorized_operations = authorized_group_operations(context, group_id);
    }
    co_return group;
}

// A JoinGroup or SyncGroup that may wait as long as a rebalance. When its connection goes away
// meanwhile, it is answered at once, so that nothing is kept for nobody.
class ParkedRequest : Abandonment {
  public:
    ParkedRequest(RequestContext& context, CoordinatorPlace place);
    ParkedRequest(const ParkedRequest&) = delete;
    ParkedRequest& operator=(const ParkedRequest&) = delete;
    ~ParkedRequest() { context_.on_abandoned(nullptr); }

    groups::Token token() const { return token_; }

  private:
    RequestContext& context_;
    const CoordinatorPlace place_;
    const groups::Token token_;
};

// Effects decide(GroupCoordinator&, const Context&, Token), where the group is.
template <class Decide>
Task<Coordinated<groups::Response>> park_at_group(RequestContext& context,
                                                  std::string_view group_id, Decide& decide) {
    const auto place = place_of_group(context, group_id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    // It would be parked for nobody.
    if (context.abandoned()) co_return ErrorCode::REQUEST_TIMED_OUT;
    ParkedRequest parked(context, *place);
    auto with_token = [&decide, token = parked.token()](groups::GroupCoordinator& coordinator,
                                                        const groups::Context& now) {
        return decide(coordinator, now, token);
    };
    auto ask = [&with_token, &parked](GroupShard& there, PartitionIndex partition) {
        return there.park(partition, parked.token(), with_token);
    };
    auto task = ask_coordinator<GroupShard, groups::Response>(context.shard(), place, ask);
    Coordinated<groups::Response> reply = co_await task;
    co_return reply;
}

}  // namespace kafka::broker
