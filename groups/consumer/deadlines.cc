// Members that were silent for longer than their session timeout, or did not let go, join or sync
// in time: the group goes on without them.
#include <algorithm>

#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

bool is_due(SteadyMs deadline, const Context& context) { return deadline <= context.now.steady; }

// The epoch has moved on since: it did let go.
bool still_owes(const ConsumerGroup& group, const std::string& member_id,
                const ConsumerTimers::Member& timer) {
    const ConsumerMember* member = group.find(member_id);
    return member && member->current.state == MemberState::UnrevokedPartitions &&
           member->current.epoch == timer.rebalance_epoch;
}

bool is_out(const ConsumerGroup& group, const std::string& member_id,
            const ConsumerTimers::Member& timer, const Context& context) {
    if (is_due(timer.session, context) || is_due(timer.join, context)) return true;
    if (is_due(timer.sync, context)) return true;
    return is_due(timer.rebalance, context) && still_owes(group, member_id, timer);
}

}  // namespace

SteadyMs ConsumerTimers::Member::earliest() const {
    return std::min(std::min(session, rebalance), std::min(join, sync));
}

Effects on_consumer_time(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                         const Context& context) {
    std::vector<std::string> out;
    std::vector<std::string> strangers;
    for (auto& [id, timer] : timers.members) {
        if (!group.find(id)) {
            strangers.push_back(id);  // its records could not be written
        } else if (is_out(group, id, timer, context)) {
            out.push_back(id);
        } else if (is_due(timer.rebalance, context)) {
            timer.rebalance = kNever;
        }
    }
    for (const std::string& id : strangers) timers.members.erase(id);
    Effects effects = remove_members(group, timers, classic, out, context);
    timers.wake_at = kNever;
    for (const auto& [id, timer] : timers.members) {
        timers.wake_at = std::min(timers.wake_at, timer.earliest());
    }
    return effects;
}

void on_consumer_loaded(const ConsumerGroup& group, ConsumerTimers& timers,
                        const Context& context) {
    const ConsumerSettings settings = context.metadata.settings_of(group.id);
    for (const auto& [id, member] : group.members) {
        ConsumerTimers::Member& timer = timers.members[id];
        const auto& classic = member.said.classic_member_metadata;
        const std::int32_t session =
            classic ? classic->session_timeout_ms : settings.session_timeout_ms;
        timers.arm(timer.session, context.now.in_ms(session));
        if (member.current.state != MemberState::UnrevokedPartitions) continue;
        timer.rebalance_epoch = member.current.epoch;
        timers.arm(timer.rebalance, context.now.in_ms(member.said.rebalance_timeout_ms));
    }
}

}  // namespace kafka::groups
