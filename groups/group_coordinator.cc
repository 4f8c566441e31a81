#include "groups/group_coordinator.h"

#include <algorithm>

#include "groups/classic/rebalance.h"

namespace kafka::groups {

Group* GroupCoordinator::lookup(std::string_view id) {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : &found->second;
}

const Group* GroupCoordinator::find(std::string_view id) const {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : &found->second;
}

Group& GroupCoordinator::find_or_create(const std::string& id) {
    Group& group = groups_[id];
    group.classic.id = id;
    return group;
}

void GroupCoordinator::forget_if_nothing_is_left(const std::string& id) {
    const Group* group = find(id);
    const bool in_use =
        group->has_hard_state() || group->classic.has_deadlines() || !group->classic.is_empty();
    if (!in_use) groups_.erase(id);
}

Effects GroupCoordinator::join_group(const ClassicJoin& join, const Context& context) {
    const JoinGroupRequest& request = join.request;
    Effects effects;
    if (const ErrorCode error = check_join(request, context.config); error != ErrorCode::NONE) {
        effects.reply(join.token, join_error(request.member_id, error));
        return effects;
    }
    const bool is_new = find(request.group_id) == nullptr;
    if (is_new && !request.member_id.empty()) {
        effects.reply(join.token, join_error(request.member_id, ErrorCode::UNKNOWN_MEMBER_ID));
        return effects;
    }
    Group& group = find_or_create(request.group_id);
    std::optional<GroupMetadataRecord> as_created;
    if (is_new) {
        group.classic.state_timestamp = context.now.wall;
        as_created = to_record(group.classic, {});
    }
    effects = on_join(group.metadata(), group.classic, join, context);
    // The id is taken, and a restart must know it.
    if (is_new && group.classic.has_deadlines()) {
        effects.records.insert(effects.records.begin(), *std::move(as_created));
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
        auto left = on_leave(group->classic, leaving, context);
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

Answered<OffsetCommitResponse> GroupCoordinator::offset_commit(const OffsetCommitRequest& request,
                                                               std::int16_t version,
                                                               const Context& context) {
    return on_offset_commit(lookup(request.group_id), request, version, context);
}

Answered<TxnOffsetCommitResponse> GroupCoordinator::txn_offset_commit(
    const TxnOffsetCommitRequest& request, const Context& context) {
    return on_txn_offset_commit(find(request.group_id), request, context);
}

OffsetFetchResponse::Group GroupCoordinator::offset_fetch(const OffsetFetchRequest::Group& request,
                                                          bool require_stable) const {
    return on_offset_fetch(find(request.group_id), pending_, request, require_stable);
}

Answered<OffsetDeleteResponse> GroupCoordinator::offset_delete(
    const OffsetDeleteRequest& request) const {
    return on_offset_delete(find(request.group_id), pending_, request);
}

Effects GroupCoordinator::topics_deleted(std::span<const std::string> topics) const {
    Effects effects;
    for (const auto& [id, group] : groups_) {
        for (const std::string& topic : topics) {
            std::ranges::move(forget_topic(id, group, pending_, topic),
                              std::back_inserter(effects.records));
        }
    }
    return effects;
}

}  // namespace kafka::groups
