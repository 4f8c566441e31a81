// When a coordinator must act by itself: members' sessions, rebalances, the retention of offsets.
#include <algorithm>

#include "groups/group_coordinator.h"

namespace kafka::groups {
namespace {

// One step of the retention check writes about so many records, lest it hold up the shard.
constexpr std::size_t kTombstonesPerStep = 1'000;

}  // namespace

void GroupCoordinator::schedule(Group& group) {
    if (group.wake_at() >= group.scheduled_at) return;
    group.scheduled_at = group.wake_at();
    wakes_.emplace(group.scheduled_at, group.id());
}

SteadyMs GroupCoordinator::next_deadline() const {
    return wakes_.empty() ? next_retention_check_
                          : std::min(wakes_.top().first, next_retention_check_);
}

Effects GroupCoordinator::on_time(const Context& context) {
    if (!wakes_.empty() && wakes_.top().first <= context.now.steady) {
        const auto [due, id] = wakes_.top();
        wakes_.pop();
        Group* group = lookup(id);
        if (!group || group->scheduled_at != due) return {};
        group->scheduled_at = kNever;
        Effects effects = group->consumer ? on_consumer_time(*group->consumer, group->timers,
                                                             group->classic, context)
                                          : groups::on_time(group->classic, context);
        schedule(*group);
        return effects;
    }
    if (next_retention_check_ <= context.now.steady) return check_retention(context);
    return {};
}

Effects GroupCoordinator::check_retention(const Context& context) {
    if (retention_todo_.empty()) {
        retention_todo_.reserve(groups_.size());
        for (const auto& [id, group] : groups_) retention_todo_.push_back(id);
    }
    Effects effects;
    while (!retention_todo_.empty() && effects.records.size() < kTombstonesPerStep) {
        const std::string id = std::move(retention_todo_.back());
        retention_todo_.pop_back();
        const Group* group = find(id);
        if (!group) continue;
        std::ranges::move(on_retention_check(id, *group, pending_, context),
                          std::back_inserter(effects.records));
    }
    if (retention_todo_.empty()) {
        next_retention_check_ =
            context.now.in_ms(context.config.offsets_retention_check_interval_ms);
    }
    return effects;
}

}  // namespace kafka::groups
