// How a handler reaches the coordinator of a group: on whichever shard it lives. For handlers that
// wait; see group_shard.h for what may be asked there.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "broker/groups/group_shard.h"
#include "broker/waiting_handler.h"

namespace kafka::broker {

struct GroupPlace {
    Shard* shard;
    PartitionIndex partition;
};

// Nothing while `__consumer_offsets` does not exist.
std::optional<GroupPlace> place_of_group(const RequestContext& context, std::string_view group_id);

// What the client may do with the group, a bit for each of an operation's numbers (KIP-430).
std::int32_t authorized_group_operations(const RequestContext& context,
                                         const std::string& group_id);

// Task<R> ask(GroupShard&), run where the group is. `ask` is a named local of the handler.
template <class Ask>
auto on_group_shard(RequestContext& context, GroupPlace place, Ask& ask)
    -> std::invoke_result_t<Ask&, GroupShard&> {
    using Value = decltype(std::declval<std::invoke_result_t<Ask&, GroupShard&>>().take());
    auto work = [&ask](Shard& there) { return ask(there.groups()); };
    if (place.shard == &context.shard()) {
        auto task = work(context.shard());
        Value value = co_await task;
        co_return value;
    }
    RemoteTask remote(context.shard(), *place.shard, work, *place.shard);
    Value value = co_await remote;
    co_return value;
}

// Answered<R> decide(GroupCoordinator&, const Context&), where the group is.
template <class R, class Decide>
Task<Coordinated<R>> decide_for_group(RequestContext& context, std::string_view group_id,
                                      Decide& decide) {
    const std::optional<GroupPlace> place = place_of_group(context, group_id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto ask = [&decide, partition = place->partition](GroupShard& there) {
        return there.decide<R>(partition, decide);
    };
    auto task = on_group_shard(context, *place, ask);
    Coordinated<R> answer = co_await task;
    co_return answer;
}

// R look(const GroupCoordinator&, const Context&), where the group is.
template <class R, class Look>
Task<Coordinated<R>> look_at_group(RequestContext& context, std::string_view group_id, Look& look) {
    const std::optional<GroupPlace> place = place_of_group(context, group_id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto work = [&look, partition = place->partition](Shard& there) {
        return there.groups().look(partition, look);
    };
    auto crossing = context.on_shard(place->shard->id(), work);
    Coordinated<R> answer = co_await crossing;
    co_return answer;
}

// A JoinGroup or SyncGroup that may wait as long as a rebalance. When its connection goes away
// meanwhile, it is answered at once, so that nothing is kept for nobody.
class ParkedRequest : Abandonment {
  public:
    ParkedRequest(RequestContext& context, GroupPlace place);
    ParkedRequest(const ParkedRequest&) = delete;
    ParkedRequest& operator=(const ParkedRequest&) = delete;
    ~ParkedRequest() { context_.on_abandoned(nullptr); }

    groups::Token token() const { return token_; }

  private:
    RequestContext& context_;
    const GroupPlace place_;
    const groups::Token token_;
};

// Effects decide(GroupCoordinator&, const Context&, Token), where the group is.
template <class Decide>
Task<Coordinated<groups::Response>> park_at_group(RequestContext& context,
                                                  std::string_view group_id, Decide& decide) {
    const std::optional<GroupPlace> place = place_of_group(context, group_id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    // It would be parked for nobody.
    if (context.abandoned()) co_return ErrorCode::REQUEST_TIMED_OUT;
    ParkedRequest parked(context, *place);
    auto with_token = [&decide, token = parked.token()](groups::GroupCoordinator& coordinator,
                                                        const groups::Context& now) {
        return decide(coordinator, now, token);
    };
    auto ask = [&with_token, &parked, partition = place->partition](GroupShard& there) {
        return there.park(partition, parked.token(), with_token);
    };
    auto task = on_group_shard(context, *place, ask);
    Coordinated<groups::Response> reply = co_await task;
    co_return reply;
}

}  // namespace kafka::broker
