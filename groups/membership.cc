// Membership: finds out whose event it is. A group of the one protocol that a member of the other
// wants to enter is changed first, if that may be (online migration, KIP-848).
#include <algorithm>

#include "groups/classic/rebalance.h"
#include "groups/group_coordinator.h"

namespace kafka::groups {

Effects GroupCoordinator::join_group(const ClassicJoin& join, const Context& context) {
    const JoinGroupRequest& request = join.request;
    Effects effects;
    if (const ErrorCode error = check_join(request, context.config); error != ErrorCode::NONE) {
        effects.reply(join.token, join_error(request.member_id, error));
        return effects;
    }
    Group* known = lookup(request.group_id);
    if (known && known->consumer && !known->is_empty()) {
        return join_consumer_group(*known, join, context);
    }
    const bool is_new = !known || known->consumer;
    if (is_new && !request.member_id.empty()) {
        effects.reply(join.token, join_error(request.member_id, ErrorCode::UNKNOWN_MEMBER_ID));
        return effects;
    }
    Group& group = find_or_create(request.group_id);
    // Whatever consumers there were, the classic group that comes now starts from nothing.
    const Records former = group.consumer ? group_tombstones(*group.consumer) : Records{};
    std::optional<GroupMetadataRecord> as_created;
    if (is_new) {
        group.classic.state_timestamp = context.now.wall;
        as_created = to_record(group.classic, {});
    }
    effects = on_join(group.metadata(), group.classic, join, context);
    // The id is taken, and a restart must know it.
    if (is_new && group.classic.has_deadlines()) {
        effects.records.insert(effects.records.begin(), *std::move(as_created));
        effects.records.insert(effects.records.begin(), former.begin(), former.end());
    }
    schedule(group);
    forget_if_nothing_is_left(request.group_id);
    return effects;
}

Effects GroupCoordinator::sync_group(const SyncGroupRequest& request, Token token,
                                     const Context& context) {
    Effects effects;
    Group* group = lookup(request.group_id);
    if (request.group_id.empty()) {
        effects.reply(token, sync_error(ErrorCode::INVALID_GROUP_ID));
    } else if (!group) {
        effects.reply(token, sync_error(ErrorCode::UNKNOWN_MEMBER_ID));
    } else if (group->consumer) {
        effects = on_classic_sync(*group->consumer, group->timers, request, token, context);
        schedule(*group);
    } else {
        effects = on_sync(group->metadata(), group->classic, request, token, context);
        schedule(*group);
    }
    return effects;
}

HeartbeatResponse GroupCoordinator::heartbeat(const HeartbeatRequest& request,
                                              const Context& context) {
    HeartbeatResponse response;
    Group* group = lookup(request.group_id);
    if (request.group_id.empty()) {
        response.error_code = ErrorCode::INVALID_GROUP_ID;
    } else if (!group) {
        response.error_code = ErrorCode::UNKNOWN_MEMBER_ID;
    } else if (group->consumer) {
        response.error_code =
            on_classic_heartbeat(*group->consumer, group->timers, request, context);
        schedule(*group);
    } else {
        response.error_code = on_heartbeat(group->classic, request.generation_id, request.member_id,
                                           request.group_instance_id, context);
        schedule(*group);
    }
    return response;
}

Answered<LeaveGroupResponse> GroupCoordinator::leave_group(const LeaveGroupRequest& request,
                                                           std::int16_t version,
                                                           const Context& context) {
    Answered<LeaveGroupResponse> answer;
    if (request.group_id.empty()) {
        answer.response.error_code = ErrorCode::INVALID_GROUP_ID;
        return answer;
    }
    std::vector<MemberToLeave> leaving;
    for (const auto& each : request.members) {
        leaving.push_back({each.member_id, each.group_instance_id});
    }
    if (version < 3) leaving.push_back({request.member_id, std::nullopt});

    std::vector<ErrorCode> codes(leaving.size(), ErrorCode::UNKNOWN_MEMBER_ID);
    if (Group* group = lookup(request.group_id)) {
        auto left = group->consumer ? on_consumer_leave(*group->consumer, group->timers,
                                                        group->classic, leaving, context)
                                    : on_leave(group->classic, leaving, context);
        codes = std::move(left.response);
        answer.effects = std::move(left.effects);
        schedule(*group);
    }
    if (version < 3) {
        answer.response.error_code = codes.front();
        return answer;
    }
    for (std::size_t i = 0; i < leaving.size(); ++i) {
        answer.response.members.push_back({leaving[i].member_id, leaving[i].instance_id, codes[i]});
    }
    return answer;
}

Effects GroupCoordinator::join_consumer_group(Group& group, const ClassicJoin& join,
                                              const Context& context) {
    Effects effects = on_classic_join(*group.consumer, group.timers, group.classic, join, context);
    schedule(group);
    return effects;
}

Answered<ConsumerGroupHeartbeatResponse> GroupCoordinator::consumer_heartbeat(
    const ConsumerHeartbeat& heartbeat, const Context& context) {
    const std::string& id = heartbeat.request.group_id;
    if (auto error = check(heartbeat, context.config)) {
        return {heartbeat_error(*std::move(error)), {}};
    }
    Group* group = lookup(id);
    if (!group || !group->consumer) {
        if (heartbeat.joins()) return enter_consumer_group(heartbeat, context);
        const std::string message = group ? "Group " + id + " is not a consumer group."
                                    : heartbeat.leaves() ? "Group " + id + " not found."
                                                         : "Consumer group " + id + " not found.";
        return {heartbeat_error({ErrorCode::GROUP_ID_NOT_FOUND, message}), {}};
    }
    auto answer =
        heartbeat.leaves()
            ? on_consumer_leave(*group->consumer, group->timers, group->classic, heartbeat, context)
            : on_consumer_heartbeat(*group->consumer, group->timers, heartbeat, context);
    schedule(*group);
    return answer;
}

// The first member of a consumer group, or the first of the consumer protocol in a classic group.
Answered<ConsumerGroupHeartbeatResponse> GroupCoordinator::enter_consumer_group(
    const ConsumerHeartbeat& heartbeat, const Context& context) {
    Group& group = find_or_create(heartbeat.request.group_id);
    Effects before;
    if (!group.classic.is_empty()) {
        auto error = upgrade(group.metadata(), group.classic, group.timers, context, before);
        if (error) return {heartbeat_error(*std::move(error)), {}};
    } else if (group.stored) {
        before.records.push_back(GroupMetadataRecord{{group.id()}, std::nullopt});
    }
    ConsumerGroup entered{.id = group.id()};
    for (const Record& record : before.records) groups::replay(entered, record);
    auto answer = on_consumer_heartbeat(entered, group.timers, heartbeat, context);
    answer.effects.replies = std::move(before.replies);
    if (answer.response.error_code == ErrorCode::NONE) {
        group.classic = ClassicGroup{.id = group.id()};
        std::ranges::move(answer.effects.records, std::back_inserter(before.records));
        answer.effects.records = std::move(before.records);
    } else {
        group.timers = {};  // it stays the classic group that it was
    }
    schedule(group);
    forget_if_nothing_is_left(heartbeat.request.group_id);
    return answer;
}

}  // namespace kafka::groups
