// One group id with all that is known of it: its members' protocol, and its offsets.
#pragma once

#include <optional>
#include <string>

#include "groups/classic/classic_group.h"
#include "groups/offsets/group_offsets.h"

namespace kafka::groups {

struct Group {
    // --- hard state: what replay gives
    std::optional<GroupMetadataValue> stored{};  // nothing for a group that only has offsets
    GroupOffsets offsets{};

    // --- soft state
    ClassicGroup classic{};
    SteadyMs scheduled_at = kNever;  // when the coordinator will look at the group's deadlines

    const GroupMetadataValue* metadata() const { return stored ? &*stored : nullptr; }
    std::size_t member_count() const { return classic.members.size(); }
    bool has_hard_state() const { return stored.has_value() || !offsets.empty(); }
};

}  // namespace kafka::groups
