// May an offset commit pass? A commit keeps the group consistent with what its members do: one from
// outside is only good while nobody is inside.
#include "groups/classic/classic_group.h"

namespace kafka::groups {

ErrorCode check_commit(const ClassicGroup& group, std::string_view member_id,
                       const std::optional<std::string>& instance_id, std::int32_t generation,
                       bool transactional) {
    // An administrator, or a consumer that assigns itself.
    if (generation < 0 && group.is_empty()) return ErrorCode::NONE;

    if (generation >= 0 || !member_id.empty() || instance_id) {
        const ErrorCode error = group.check_member(member_id, instance_id);
        if (error != ErrorCode::NONE) return error;
        if (generation != group.generation.value) return ErrorCode::ILLEGAL_GENERATION;
    } else if (!transactional) {
        return ErrorCode::UNKNOWN_MEMBER_ID;
    }
    // It may commit while it is asked to join again, but not in the new generation before it knows
    // what it owns.
    if (!transactional && group.state == ClassicState::CompletingRebalance) {
        return ErrorCode::REBALANCE_IN_PROGRESS;
    }
    return ErrorCode::NONE;
}

}  // namespace kafka::groups
