// LeaveGroup: members go, by themselves or (static ones, by instance id) by an administrator's
// hand.
#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

ErrorCode leave(ClassicGroup& group, const MemberToLeave& leaving, Effects& effects) {
    if (leaving.member_id.empty()) {
        if (!leaving.instance_id) return ErrorCode::UNKNOWN_MEMBER_ID;
        const auto found = group.static_members.find(*leaving.instance_id);
        if (found == group.static_members.end()) return ErrorCode::UNKNOWN_MEMBER_ID;
        remove_member(group, std::string(found->second), effects);
        return ErrorCode::NONE;
    }
    if (!group.pending_members.contains(leaving.member_id)) {
        const ErrorCode error = group.check_member(leaving.member_id, leaving.instance_id);
        if (error != ErrorCode::NONE) return error;
    }
    remove_member(group, leaving.member_id, effects);
    return ErrorCode::NONE;
}

}  // namespace

Answered<std::vector<ErrorCode>> on_leave(ClassicGroup& group,
                                          const std::vector<MemberToLeave>& leaving,
                                          const Context& context) {
    Answered<std::vector<ErrorCode>> answer;
    bool somebody_left = false;
    for (const MemberToLeave& each : leaving) {
        answer.response.push_back(leave(group, each, answer.effects));
        somebody_left |= answer.response.back() == ErrorCode::NONE;
    }
    if (somebody_left && !group.is_empty()) {
        rebalance_or_complete_join(group, context, answer.effects);
    }
    return answer;
}

}  // namespace kafka::groups
