// Members go: by themselves, for good or (static ones) for a while, by an administrator's hand, or
// because they were silent for too long.
#include <algorithm>

#include "groups/classic/rebalance.h"
#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

using HeartbeatAnswer = ConsumerGroupHeartbeatResponse;

HeartbeatAnswer gone(const ConsumerHeartbeat& heartbeat) {
    HeartbeatAnswer response;
    response.member_id = heartbeat.request.member_id;
    response.member_epoch = heartbeat.request.member_epoch;
    return response;
}

// The member keeps its place and its partitions until its session ends or it comes back, perhaps
// as another process.
CurrentRecord gone_for_a_while(const ConsumerGroup& group, const std::string& member_id) {
    CurrentAssignment current = group.find(member_id)->current;
    current.epoch = kLeavingForAWhile;
    current.state = MemberState::Stable;
    current.revoking.clear();
    for (auto& [topic, partitions] : current.assigned) {
        for (OwnedPartition& each : partitions) each.since = MemberEpoch{0};
    }
    return current_record(group, member_id, current);
}

std::optional<std::string> member_to_leave(const ConsumerGroup& group, const MemberToLeave& leaving,
                                           ErrorCode& error) {
    if (!leaving.instance_id) {
        if (group.find(leaving.member_id)) return leaving.member_id;
        error = ErrorCode::UNKNOWN_MEMBER_ID;
        return std::nullopt;
    }
    const std::string* owner = group.find_static(*leaving.instance_id);
    if (!owner) {
        error = ErrorCode::UNKNOWN_MEMBER_ID;
    } else if (!leaving.member_id.empty() && *owner != leaving.member_id) {
        error = ErrorCode::FENCED_INSTANCE_ID;
    } else {
        return *owner;
    }
    return std::nullopt;
}

void forget_unused_regexes(Draft& draft) {
    std::vector<std::string> unused;
    for (const auto& [regex, resolved] : draft.group().regexes) {
        if (draft.group().count_regex(regex) == 0) unused.push_back(regex);
    }
    for (const std::string& regex : unused) {
        draft.write(RegexRecord{{draft.group().id, regex}, std::nullopt});
    }
}

}  // namespace

Effects remove_members(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                       const std::vector<std::string>& member_ids, const Context& context) {
    Effects effects;
    if (member_ids.empty()) return effects;
    for (const std::string& id : member_ids) timers.members.erase(id);
    if (can_downgrade(group, member_ids, context.config)) {
        downgrade(group, member_ids, classic, context, effects);
        prepare_rebalance(classic, context, effects);
        return effects;
    }
    Draft draft(group, context);
    for (const std::string& id : member_ids) draft.write(member_tombstones(group, id));
    forget_unused_regexes(draft);
    const std::int64_t hash = hash_of_topics(draft.group(), context.metadata);
    draft.write_last(group_record(draft.group(), draft.group().epoch.next(), hash));
    effects.records = draft.take_records();
    return effects;
}

Answered<HeartbeatAnswer> on_consumer_leave(const ConsumerGroup& group, ConsumerTimers& timers,
                                            ClassicGroup& classic,
                                            const ConsumerHeartbeat& heartbeat,
                                            const Context& context) {
    const ConsumerGroupHeartbeatRequest& request = heartbeat.request;
    Answered<HeartbeatAnswer> answer;
    std::optional<Error> error;
    if (request.instance_id) {
        error = check_instance(group, request.member_id, *request.instance_id);
    } else if (!group.find(request.member_id)) {
        error = unknown_member(group, request.member_id);
    }
    if (error) {
        answer.response = heartbeat_error(*std::move(error));
        return answer;
    }
    answer.response = gone(heartbeat);
    if (request.member_epoch == kLeavingForAWhile) {
        answer.effects.records.push_back(gone_for_a_while(group, request.member_id));
        timers.members[request.member_id].rebalance = kNever;
    } else {
        answer.effects = remove_members(group, timers, classic, {request.member_id}, context);
    }
    return answer;
}

Answered<std::vector<ErrorCode>> on_consumer_leave(const ConsumerGroup& group,
                                                   ConsumerTimers& timers, ClassicGroup& classic,
                                                   const std::vector<MemberToLeave>& leaving,
                                                   const Context& context) {
    Answered<std::vector<ErrorCode>> answer;
    std::vector<std::string> ids;
    for (const MemberToLeave& each : leaving) {
        ErrorCode& error = answer.response.emplace_back(ErrorCode::NONE);
        const std::optional<std::string> id = member_to_leave(group, each, error);
        if (id && std::ranges::count(ids, *id) == 0) ids.push_back(*id);
    }
    answer.effects = remove_members(group, timers, classic, ids, context);
    return answer;
}

}  // namespace kafka::groups
