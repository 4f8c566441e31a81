// Reconciliation: a member walks from what it has to what it shall have. First it lets go, then it
// takes what others have let go; a partition is never with two.
#include <algorithm>

#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

bool contains(const OwnedPartitions& set, const Uuid& topic, PartitionIndex partition) {
    const auto found = set.find(topic);
    return found != set.end() &&
           std::ranges::binary_search(found->second, partition, {}, &OwnedPartition::partition);
}

bool contains(const TopicPartitions& set, const Uuid& topic, PartitionIndex partition) {
    const auto found = set.find(topic);
    return found != set.end() && std::ranges::binary_search(found->second, partition);
}

// Does the member still have something of what it is to give up? If it does not say, it does.
bool owns_any(const TopicPartitions* owned, const OwnedPartitions& revoking) {
    if (revoking.empty() || !owned) return !revoking.empty();
    return std::ranges::any_of(*owned, [&](const auto& topic) {
        return std::ranges::any_of(topic.second, [&](PartitionIndex partition) {
            return contains(revoking, topic.first, partition);
        });
    });
}

struct Walk {
    const ConsumerGroup& group;
    const TopicPartitions& target;
    const TopicPartitions* owned;

    CurrentAssignment next(const CurrentAssignment& current, MemberEpoch epoch) const;
};

// `epoch`: what the member has reached; it stays there while it must let go of something.
CurrentAssignment Walk::next(const CurrentAssignment& current, MemberEpoch epoch) const {
    const MemberEpoch target_epoch{group.assignment_epoch.value};
    CurrentAssignment result{.epoch = target_epoch, .previous_epoch = current.epoch};
    OwnedPartitions revoking;
    for (const auto& [topic, partitions] : current.assigned) {
        for (const OwnedPartition& each : partitions) {
            const bool keeps = contains(target, topic, each.partition);
            (keeps ? result.assigned : revoking)[topic].push_back(each);
        }
    }
    if (owns_any(owned, revoking)) {
        result.epoch = epoch;
        result.state = MemberState::UnrevokedPartitions;
        result.revoking = std::move(revoking);
        return result;
    }
    bool waits = false;
    for (const auto& [topic, partitions] : target) {
        for (const PartitionIndex partition : partitions) {
            if (contains(current.assigned, topic, partition)) continue;
            if (!group.owners.is_free(topic, partition)) {
                waits = true;
                continue;
            }
            result.assigned[topic].push_back({partition, target_epoch});
        }
        const auto taken = result.assigned.find(topic);
        if (taken != result.assigned.end()) {
            std::ranges::sort(taken->second, {}, &OwnedPartition::partition);
        }
    }
    result.state = waits ? MemberState::UnreleasedPartitions : MemberState::Stable;
    return result;
}

// A step that leads nowhere is none.
CurrentAssignment unless_same(const CurrentAssignment& current, CurrentAssignment next) {
    next.previous_epoch = current.previous_epoch;
    return next;
}

// What was assigned before a member changed its mind is not for it any more.
TopicPartitions still_subscribed(const ConsumerGroup& group, const ConsumerMember& member,
                                 const TopicPartitions& target, const Metadata& metadata) {
    TopicPartitions wanted;
    for (const std::string& name : group.topics_of(member)) {
        TopicInfo topic;
        if (!metadata.find_topic(name, topic)) continue;
        const auto found = target.find(topic.id);
        if (found != target.end()) wanted.insert(*found);
    }
    return wanted;
}

}  // namespace

CurrentAssignment reconciled(const ConsumerGroup& group, const ConsumerMember& member,
                             const TopicPartitions& target, const TopicPartitions* owned,
                             bool subscription_changed) {
    const CurrentAssignment& current = member.current;
    const Walk walk{group, target, owned};
    switch (current.state) {
        case MemberState::Stable:
            if (!group.is_reconciled(member)) return walk.next(current, current.epoch);
            return subscription_changed ? unless_same(current, walk.next(current, current.epoch))
                                        : current;
        case MemberState::UnrevokedPartitions:
            if (owns_any(owned, current.revoking)) return current;
            return walk.next(current, current.epoch.next());
        case MemberState::UnreleasedPartitions:
            return walk.next(current, current.epoch);
    }
    // A state of a later broker: whatever it means, what the member has is known.
    return walk.next(current, current.epoch);
}

CurrentAssignment reconcile(Draft& draft, ConsumerTimers& timers, const std::string& member_id,
                            const TopicPartitions* owned, bool subscription_changed) {
    const ConsumerGroup& group = draft.group();
    const ConsumerMember& member = *group.find(member_id);
    if (group.is_reconciled(member) && !subscription_changed) return member.current;

    const TopicPartitions target =
        still_subscribed(group, member, group.target_of(member_id), draft.context().metadata);
    CurrentAssignment next = reconciled(group, member, target, owned, subscription_changed);
    if (next == member.current) return next;
    draft.write_last(current_record(group, member_id, next));
    ConsumerTimers::Member& timer = timers.members[member_id];
    timer.rebalance = kNever;
    if (next.state == MemberState::UnrevokedPartitions) {
        timer.rebalance_epoch = next.epoch;
        timers.arm(timer.rebalance, draft.context().now.in_ms(member.said.rebalance_timeout_ms));
    }
    return next;
}

}  // namespace kafka::groups
