// SyncGroup: the leader brings the assignments, the others ask for theirs and wait for it.
#include "protocol/gen/sync_group.h"

#include <algorithm>

#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

// Null stands for a client too old to say.
bool contradicts(const std::optional<std::string>& said, const std::string& ours) {
    return said && *said != ours;
}

ErrorCode check(const ClassicGroup& group, const SyncGroupRequest& request) {
    const ErrorCode error = group.check_member(request.member_id, request.group_instance_id);
    if (error != ErrorCode::NONE) return error;
    if (request.generation_id != group.generation) return ErrorCode::ILLEGAL_GENERATION;
    if (contradicts(request.protocol_type, group.protocol_type) ||
        contradicts(request.protocol_name, group.protocol.value_or(""))) {
        return ErrorCode::INCONSISTENT_GROUP_PROTOCOL;
    }
    return ErrorCode::NONE;
}

SyncGroupResponse assignment_for(const ClassicGroup& group, const Assignments& assignments,
                                 const std::string& member_id) {
    SyncGroupResponse response;
    response.protocol_type = group.protocol_type;
    response.protocol_name = group.protocol;
    // A member that the leader forgot gets an empty assignment.
    if (const auto found = assignments.find(member_id); found != assignments.end()) {
        response.assignment = found->second;
    }
    return response;
}

void has_synced(ClassicGroup& group, ClassicMember& member) {
    member.must_sync = false;
    const bool all = std::ranges::none_of(group.members,
                                          [](const auto& entry) { return entry.second.must_sync; });
    if (all) group.sync_deadline = kNever;
}

// Everybody that waits gets its assignment, once the record is committed.
void become_stable(ClassicGroup& group, const SyncGroupRequest& request, const Context& context,
                   Effects& effects) {
    Assignments assignments;
    for (const auto& each : request.assignments) {
        if (group.find(each.member_id)) assignments[each.member_id] = each.assignment;
    }
    effects.records.push_back(to_record(group, assignments));
    for (auto& [id, member] : group.members) {
        if (member.syncing == kNobody) continue;
        effects.reply(std::exchange(member.syncing, kNobody),
                      assignment_for(group, assignments, id));
        extend_session(group, member, context);
    }
    enter(group, ClassicState::Stable, context);
}

}  // namespace

Effects on_sync(const GroupMetadataValue* stored, ClassicGroup& group,
                const SyncGroupRequest& request, Token token, const Context& context) {
    Effects effects;
    if (const ErrorCode error = check(group, request); error != ErrorCode::NONE) {
        effects.reply(token, sync_error(error));
        return effects;
    }
    ClassicMember& member = *group.find(request.member_id);
    switch (group.state) {
        case ClassicState::Empty:
            break;
        case ClassicState::PreparingRebalance:
            effects.reply(token, sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
            return effects;
        case ClassicState::CompletingRebalance: {
            const Token earlier = std::exchange(member.syncing, token);
            effects.reply(earlier, sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
            has_synced(group, member);
            if (group.leader == member.id) become_stable(group, request, context, effects);
            return effects;
        }
        case ClassicState::Stable:
            has_synced(group, member);
            effects.reply(token, assignment_for(group, assignments_of(stored), member.id));
            return effects;
    }
    CHECK(false, "an empty group has no members");
    return effects;
}

}  // namespace kafka::groups
