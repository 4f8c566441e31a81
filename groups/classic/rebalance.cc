// A rebalance of a classic group: it begins, waits for the members, and makes a new generation.
#include "groups/classic/rebalance.h"

#include <algorithm>

namespace kafka::groups {
namespace {

// Sync requests that wait for an assignment that will not come.
void turn_back_syncs(ClassicGroup& group, const Context& context, Effects& effects) {
    for (auto& [id, member] : group.members) {
        if (member.syncing == kNobody) continue;
        effects.reply(std::exchange(member.syncing, kNobody),
                      sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
        extend_session(group, member, context);
    }
}

// Those who did not come are out, but for static members: they may be restarting, and keep their
// place until their session ends.
void drop_absent_members(ClassicGroup& group, Effects& effects) {
    std::vector<std::string> absent;
    for (const auto& [id, member] : group.members) {
        if (member.joining == kNobody && !member.instance_id) absent.push_back(id);
    }
    for (const std::string& id : absent) remove_member(group, id, effects);
}

// The leader must be one who is here, as it will make the assignment.
bool elect_present_leader(ClassicGroup& group) {
    if (!group.leader) return false;
    if (group.members.at(*group.leader).joining != kNobody) return true;
    for (const auto& [id, member] : group.members) {
        if (member.joining == kNobody) continue;
        group.leader = id;
        return true;
    }
    return false;
}

void become_empty(ClassicGroup& group, const Context& context, Effects& effects) {
    group.protocol.reset();
    group.leader.reset();
    group.subscribed_topics = topics_of_members(group);
    group.sync_deadline = kNever;
    enter(group, ClassicState::Empty, context);
    effects.records.push_back(to_record(group, {}));
}

void begin_generation(ClassicGroup& group, const Context& context, Effects& effects) {
    group.protocol = select_protocol(group);
    group.subscribed_topics = topics_of_members(group);
    enter(group, ClassicState::CompletingRebalance, context);
    for (auto& [id, member] : group.members) {
        effects.reply(std::exchange(member.joining, kNobody), current_generation(group, id));
        member.is_new = false;
        member.must_sync = true;
        extend_session(group, member, context);
    }
    group.arm(group.sync_deadline, context.now.in_ms(rebalance_timeout_ms(group)));
}

}  // namespace

void enter(ClassicGroup& group, ClassicState state, const Context& context) {
    group.state = state;
    group.state_timestamp = context.now.wall;
}

void prepare_rebalance(ClassicGroup& group, const Context& context, Effects& effects) {
    if (group.state == ClassicState::CompletingRebalance) turn_back_syncs(group, context, effects);
    group.sync_deadline = kNever;
    for (auto& [id, member] : group.members) member.must_sync = false;

    group.is_initial_rebalance = group.is_empty();
    enter(group, ClassicState::PreparingRebalance, context);
    if (!group.is_initial_rebalance) return maybe_complete_join(group, context, effects);

    // The first member is seldom alone: the others get a chance to come before it is given all.
    group.initial_delay_ms = context.config.initial_rebalance_delay_ms;
    group.initial_delay_left_ms =
        std::max<std::int64_t>(rebalance_timeout_ms(group) - group.initial_delay_ms, 0);
    group.member_added = false;
    group.arm(group.join_deadline, context.now.in_ms(group.initial_delay_ms));
}

void rebalance_or_complete_join(ClassicGroup& group, const Context& context, Effects& effects) {
    if (group.state == ClassicState::PreparingRebalance) {
        maybe_complete_join(group, context, effects);
    } else {
        prepare_rebalance(group, context, effects);
    }
}

void maybe_complete_join(ClassicGroup& group, const Context& context, Effects& effects) {
    if (group.state != ClassicState::PreparingRebalance) return;
    if (group.is_initial_rebalance) return;  // the delay decides
    if (all_members_joined(group)) return complete_join(group, context, effects);
    // Counts from the beginning of the rebalance: who joins later does not make the others wait.
    if (group.join_deadline == kNever) {
        group.arm(group.join_deadline, context.now.in_ms(rebalance_timeout_ms(group)));
    }
}

void complete_join(ClassicGroup& group, const Context& context, Effects& effects) {
    group.join_deadline = kNever;
    group.is_initial_rebalance = false;
    drop_absent_members(group, effects);
    if (!group.members.empty() && !elect_present_leader(group)) {
        // Only static members, all of them away: wait until one comes or their sessions end.
        const std::int32_t wait_ms = std::max(rebalance_timeout_ms(group), 1);
        group.arm(group.join_deadline, context.now.in_ms(wait_ms));
        return;
    }
    group.generation = group.generation.next();
    if (group.members.empty()) {
        become_empty(group, context, effects);
    } else {
        begin_generation(group, context, effects);
    }
}

Effects on_join_deadline(ClassicGroup& group, const Context& context) {
    Effects effects;
    group.join_deadline = kNever;
    if (group.is_initial_rebalance && group.member_added && group.initial_delay_left_ms > 0) {
        const std::int64_t delay = std::min<std::int64_t>(context.config.initial_rebalance_delay_ms,
                                                          group.initial_delay_left_ms);
        group.member_added = false;
        group.initial_delay_left_ms =
            std::max<std::int64_t>(group.initial_delay_left_ms - group.initial_delay_ms, 0);
        group.initial_delay_ms = delay;
        group.arm(group.join_deadline, context.now.in_ms(delay));
        return effects;
    }
    complete_join(group, context, effects);
    return effects;
}

Effects on_sync_deadline(ClassicGroup& group, const Context& context) {
    Effects effects;
    group.sync_deadline = kNever;
    std::vector<std::string> silent;
    for (const auto& [id, member] : group.members) {
        if (member.must_sync) silent.push_back(id);
    }
    for (const std::string& id : silent) remove_member(group, id, effects);
    if (!silent.empty()) prepare_rebalance(group, context, effects);
    return effects;
}

}  // namespace kafka::groups
