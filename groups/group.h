// One group id with all that is known of it: its members' protocol, and its offsets. A group is a
// classic group, a consumer group, or nothing but offsets; which one may change while it lives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "groups/classic/classic_group.h"
#include "groups/consumer/consumer_group.h"
#include "groups/consumer/timers.h"
#include "groups/offsets/group_offsets.h"

namespace kafka::groups {

struct Group {
    // --- hard state: what replay gives
    std::optional<GroupMetadataValue> stored{};  // of a classic group
    std::unique_ptr<ConsumerGroup> consumer{};   // of a consumer group; null otherwise
    GroupOffsets offsets{};

    // --- soft state
    ClassicGroup classic{};
    ConsumerTimers timers{};
    SteadyMs scheduled_at = kNever;  // when the coordinator will look at the group's deadlines

    const std::string& id() const { return classic.id; }
    const GroupMetadataValue* metadata() const { return stored ? &*stored : nullptr; }
    std::size_t member_count() const {
        return consumer ? consumer->members.size() : classic.members.size();
    }
    bool has_hard_state() const { return stored || consumer || !offsets.empty(); }
    bool is_empty() const { return consumer ? consumer->members.empty() : classic.is_empty(); }
    bool is_subscribed_to(std::string_view topic) const {
        return consumer ? consumer->is_subscribed_to(topic) : classic.is_subscribed_to(topic);
    }
    std::string_view state_name() const {
        return consumer ? name_of(consumer->state()) : name_of(classic.state);
    }
    // Nobody has it, and nobody is on his way in.
    bool is_unused() const {
        return !has_hard_state() && !classic.has_deadlines() && classic.is_empty() &&
               timers.members.empty();
    }
    SteadyMs wake_at() const { return std::min(classic.wake_at, timers.wake_at); }
};

// Tombstones for a group without members, whatever its protocol.
Records tombstones(const Group& group);

}  // namespace kafka::groups
