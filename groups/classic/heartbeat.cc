// Heartbeat: a member is alive, and hears whether it must join again.
#include "groups/classic/rebalance.h"

namespace kafka::groups {

ErrorCode on_heartbeat(ClassicGroup& group, GenerationId generation, std::string_view member_id,
                       const std::optional<std::string>& instance_id, const Context& context) {
    const ErrorCode error = group.check_member(member_id, instance_id);
    if (error != ErrorCode::NONE) return error;
    if (generation != group.generation) return ErrorCode::ILLEGAL_GENERATION;

    extend_session(group, *group.find(member_id), context);
    // Those who have joined may send heartbeats before the leader has assigned: all is well.
    return group.state == ClassicState::PreparingRebalance ? ErrorCode::REBALANCE_IN_PROGRESS
                                                           : ErrorCode::NONE;
}

}  // namespace kafka::groups
