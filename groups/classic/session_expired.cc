// A member was silent for longer than its session timeout, or an id that was given out was never
// used: the group goes on without it.
#include <algorithm>

#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

bool is_due(const SteadyMs& deadline, const Context& context) {
    return deadline <= context.now.steady;
}

void add(Effects& to, Effects more) {
    std::ranges::move(more.records, std::back_inserter(to.records));
    std::ranges::move(more.replies, std::back_inserter(to.replies));
}

std::vector<std::string> sessions_due(const ClassicGroup& group, const Context& context) {
    std::vector<std::string> due;
    for (const auto& [id, deadline] : group.pending_members) {
        if (is_due(deadline, context)) due.push_back(id);
    }
    for (const auto& [id, member] : group.members) {
        if (is_due(member.session_deadline, context)) due.push_back(id);
    }
    return due;
}

SteadyMs earliest_deadline(const ClassicGroup& group) {
    SteadyMs earliest = std::min(group.join_deadline, group.sync_deadline);
    for (const auto& [id, deadline] : group.pending_members) {
        earliest = std::min(earliest, deadline);
    }
    for (const auto& [id, member] : group.members) {
        earliest = std::min(earliest, member.session_deadline);
    }
    return earliest;
}

}  // namespace

Effects on_session_expired(ClassicGroup& group, const std::string& member_id,
                           const Context& context) {
    Effects effects;
    if (ClassicMember* member = group.find(member_id)) {
        member->session_deadline = kNever;
        // It cannot send heartbeats while we keep it waiting. A new session begins with the answer;
        // but a new member's client may have gone before it ever got one.
        const bool waits = member->joining != kNobody || member->syncing != kNobody;
        if (waits && !member->is_new) return effects;
    } else if (!group.pending_members.contains(member_id)) {
        return effects;  // it left before its timer fired
    }
    const bool was_member = group.find(member_id) != nullptr;
    remove_member(group, member_id, effects);
    if (was_member) {
        rebalance_or_complete_join(group, context, effects);
    } else {
        maybe_complete_join(group, context, effects);
    }
    return effects;
}

Effects on_time(ClassicGroup& group, const Context& context) {
    Effects effects;
    for (const std::string& id : sessions_due(group, context)) {
        add(effects, on_session_expired(group, id, context));
    }
    if (is_due(group.join_deadline, context)) add(effects, on_join_deadline(group, context));
    if (is_due(group.sync_deadline, context)) add(effects, on_sync_deadline(group, context));
    group.wake_at = earliest_deadline(group);
    return effects;
}

}  // namespace kafka::groups
