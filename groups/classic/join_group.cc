// JoinGroup: a member comes in, comes back, or changes what it wants; the answer waits until the
// rebalance that this causes has gathered everybody.
#include <utility>

#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

// What one JoinGroup works on.
struct Joining {
    const GroupMetadataValue* stored;
    ClassicGroup& group;
    const ClassicJoin& join;
    const Context& context;
    Effects effects{};

    const JoinGroupRequest& request() const { return join.request; }
    void refuse(std::string_view member_id, ErrorCode error) {
        effects.reply(join.token, join_error(std::string(member_id), error));
    }
    // Version 0 has no rebalance timeout of its own.
    std::int32_t rebalance_timeout_ms() const {
        return join.version == 0 ? request().session_timeout_ms : request().rebalance_timeout_ms;
    }
};

// New members are let in up to group.max.size; those who are in stay in. During a rebalance the
// members that have come count, not all: so a group above the limit (it may have been lowered)
// shrinks by those who come last.
bool has_room_for(const ClassicGroup& group, std::string_view member_id,
                  const GroupConfig& config) {
    const ClassicMember* member = group.find(member_id);
    std::size_t count = group.members.size();
    if (group.is_empty()) return true;
    if (group.state == ClassicState::PreparingRebalance) {
        if (member && member->joining != kNobody) return true;
        count = 0;
        for (const auto& [id, each] : group.members) count += each.joining != kNobody ? 1 : 0;
    } else if (member) {
        return true;
    }
    return count < static_cast<std::size_t>(config.max_size);
}

void add_and_rebalance(Joining& in, const std::string& member_id) {
    const JoinGroupRequest& request = in.request();
    if (in.group.is_initial_rebalance) in.group.member_added = true;
    ClassicMember member{.id = member_id,
                         .instance_id = request.group_instance_id,
                         .client_id = std::string(in.join.client_id),
                         .client_host = std::string(in.join.client_host),
                         .rebalance_timeout_ms = in.rebalance_timeout_ms(),
                         .session_timeout_ms = request.session_timeout_ms,
                         .protocols = request.protocols,
                         .joining = in.join.token};
    // It cannot send heartbeats before it knows its id. A client that gives up and joins again
    // leaves this one behind, so it must end some time.
    in.group.arm(member.session_deadline,
                 in.context.now.in_ms(in.context.config.new_member_join_timeout_ms));
    add_member(in.group, std::move(member), request.protocol_type);
    rebalance_or_complete_join(in.group, in.context, in.effects);
}

void update(Joining& in, ClassicMember& member) {
    member.protocols = in.request().protocols;
    member.rebalance_timeout_ms = in.rebalance_timeout_ms();
    member.session_timeout_ms = in.request().session_timeout_ms;
    // Unlike Kafka: the earlier JoinGroup is answered, where Kafka never does. Its client has
    // usually gone; if not, it joins again.
    const Token earlier = std::exchange(member.joining, in.join.token);
    in.effects.reply(earlier, join_error(member.id, ErrorCode::REBALANCE_IN_PROGRESS));
}

void update_and_rebalance(Joining& in, ClassicMember& member) {
    update(in, member);
    rebalance_or_complete_join(in.group, in.context, in.effects);
}

// The group is stable and stays so: the new process takes over the assignment of the old one.
void take_over(Joining& in, ClassicMember& member, const std::string& old_id,
               const std::string& old_leader) {
    Assignments assignments = assignments_of(in.stored);
    if (auto node = assignments.extract(old_id)) {
        node.key() = member.id;
        assignments.insert(std::move(node));
    }
    in.effects.records.push_back(to_record(in.group, assignments));

    JoinGroupResponse response = current_generation(in.group, member.id);
    if (in.join.version >= 9) {
        // The leader may look at the members, but must not assign (KIP-814).
        response.skip_assignment = in.group.leader == member.id;
    } else {
        // Told that another one leads, it does not assign.
        response.leader = old_leader;
        response.members.clear();
    }
    in.effects.reply(std::exchange(member.joining, kNobody), std::move(response));
    member.is_new = false;
    extend_session(in.group, member, in.context);
}

void replace_static(Joining& in, const std::string& old_id, const std::string& new_id) {
    ClassicGroup& group = in.group;
    const std::string old_leader = group.leader.value_or("");
    ClassicMember& member =
        replace_static_member(group, *in.request().group_instance_id, new_id, in.effects);
    extend_session(group, member, in.context);
    update(in, member);
    switch (group.state) {
        case ClassicState::Stable:
            if (select_protocol(group) == group.protocol) {
                take_over(in, member, old_id, old_leader);
            } else {
                prepare_rebalance(group, in.context, in.effects);
            }
            return;
        case ClassicState::CompletingRebalance:
            // The leader is about to assign to the old id: a new generation puts that right.
            return prepare_rebalance(group, in.context, in.effects);
        case ClassicState::PreparingRebalance:
            return maybe_complete_join(group, in.context, in.effects);
        case ClassicState::Empty:
            break;
    }
    CHECK(false, "an empty group has no static members");
}

void join_without_id(Joining& in) {
    const JoinGroupRequest& request = in.request();
    const std::string& new_id = in.join.new_member_id;
    if (request.group_instance_id) {
        const auto found = in.group.static_members.find(*request.group_instance_id);
        if (found == in.group.static_members.end()) return add_and_rebalance(in, new_id);
        return replace_static(in, std::string(found->second), new_id);
    }
    if (in.join.version < 4) return add_and_rebalance(in, new_id);
    // KIP-394: it comes back with the id, so that lost answers leave no ghosts in the group.
    in.group.arm(in.group.pending_members[new_id],
                 in.context.now.in_ms(request.session_timeout_ms));
    in.refuse(new_id, ErrorCode::MEMBER_ID_REQUIRED);
}

void answer_current_generation(Joining& in, const ClassicMember& member, bool with_members) {
    JoinGroupResponse response = current_generation(in.group, member.id);
    if (!with_members) response.members.clear();
    in.effects.reply(in.join.token, std::move(response));
}

void rejoin(Joining& in) {
    const JoinGroupRequest& request = in.request();
    if (in.group.pending_members.contains(request.member_id)) {
        // Ids are given out to dynamic members only.
        if (request.group_instance_id) {
            return in.refuse(request.member_id, ErrorCode::UNKNOWN_SERVER_ERROR);
        }
        return add_and_rebalance(in, request.member_id);
    }
    const ErrorCode error = in.group.check_member(request.member_id, request.group_instance_id);
    if (error != ErrorCode::NONE) return in.refuse(request.member_id, error);

    ClassicMember& member = *in.group.find(request.member_id);
    const bool leads = in.group.leader == member.id;
    const bool wants_the_same = member.protocols == request.protocols;
    switch (in.group.state) {
        case ClassicState::PreparingRebalance:
            return update_and_rebalance(in, member);
        case ClassicState::CompletingRebalance:
            // Perhaps it did not receive the answer to its last JoinGroup.
            if (wants_the_same) return answer_current_generation(in, member, leads);
            return update_and_rebalance(in, member);
        case ClassicState::Stable:
            // A leader joins again when it wants to assign anew, as when topics have grown.
            if (leads || !wants_the_same) return update_and_rebalance(in, member);
            return answer_current_generation(in, member, false);
        case ClassicState::Empty:
            break;
    }
    CHECK(false, "an empty group has no members");
}

}  // namespace

ErrorCode check_join(const JoinGroupRequest& request, const GroupConfig& config) {
    if (request.group_id.empty()) return ErrorCode::INVALID_GROUP_ID;
    if (request.session_timeout_ms < config.min_session_timeout_ms ||
        request.session_timeout_ms > config.max_session_timeout_ms) {
        return ErrorCode::INVALID_SESSION_TIMEOUT;
    }
    return ErrorCode::NONE;
}

Effects on_join(const GroupMetadataValue* stored, ClassicGroup& group, const ClassicJoin& join,
                const Context& context) {
    Joining in{stored, group, join, context};
    const std::string& member_id = join.request.member_id;
    if (!has_room_for(group, member_id, context.config)) {
        remove_member(group, member_id, in.effects);
        in.refuse("", ErrorCode::GROUP_MAX_SIZE_REACHED);
        maybe_complete_join(group, context, in.effects);  // nobody waits for the refused one
    } else if (!group.supports(join.request.protocol_type, join.request.protocols)) {
        in.refuse(member_id, ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    } else if (member_id.empty()) {
        join_without_id(in);
    } else {
        rejoin(in);
    }
    return std::move(in.effects);
}

}  // namespace kafka::groups
