// A classic group and its record: what is written of it, and what it is after a restart.
#include "groups/classic/rebalance.h"

namespace kafka::groups {

std::string_view name_of(ClassicState state) {
    switch (state) {
        case ClassicState::Empty:
            return "Empty";
        case ClassicState::PreparingRebalance:
            return "PreparingRebalance";
        case ClassicState::CompletingRebalance:
            return "CompletingRebalance";
        case ClassicState::Stable:
            return "Stable";
    }
    CHECK(false, "a state of a classic group");
    return {};
}

Assignments assignments_of(const GroupMetadataValue* stored) {
    Assignments assignments;
    if (!stored) return assignments;
    for (const auto& member : stored->members) assignments[member.member_id] = member.assignment;
    return assignments;
}

GroupMetadataRecord to_record(const ClassicGroup& group, const Assignments& assignments) {
    GroupMetadataRecord record{{group.id}, GroupMetadataValue{}};
    GroupMetadataValue& value = *record.value;
    value.protocol_type = group.protocol_type;
    value.generation = group.generation;
    value.protocol = group.protocol;
    value.leader = group.leader;
    value.current_state_timestamp = group.state_timestamp;
    value.members.reserve(group.members.size());
    for (const auto& [id, member] : group.members) {
        const Bytes* subscription = member.metadata_for(group.protocol.value_or(""));
        CHECK(subscription, "every member supports the group's protocol");
        const auto assignment = assignments.find(id);
        value.members.push_back(
            {.member_id = id,
             .group_instance_id = member.instance_id,
             .client_id = member.client_id,
             .client_host = member.client_host,
             .rebalance_timeout = member.rebalance_timeout_ms,
             .session_timeout = member.session_timeout_ms,
             .subscription = *subscription,
             .assignment = assignment == assignments.end() ? Bytes{} : assignment->second});
    }
    return record;
}

ClassicGroup restored(const std::string& id, const GroupMetadataValue& stored) {
    ClassicGroup group;
    group.id = id;
    group.state = stored.members.empty() ? ClassicState::Empty : ClassicState::Stable;
    group.state_timestamp = stored.current_state_timestamp;
    group.generation = stored.generation;
    group.protocol_type = stored.protocol_type;
    group.protocol = stored.protocol;
    group.leader = stored.leader;
    for (const auto& member : stored.members) {
        const bool has_rebalance_timeout = member.rebalance_timeout != -1;
        if (member.group_instance_id) {
            group.static_members[*member.group_instance_id] = member.member_id;
        }
        group.members.emplace(
            member.member_id,
            ClassicMember{.id = member.member_id,
                          .instance_id = member.group_instance_id,
                          .client_id = member.client_id,
                          .client_host = member.client_host,
                          .rebalance_timeout_ms = has_rebalance_timeout ? member.rebalance_timeout
                                                                        : member.session_timeout,
                          .session_timeout_ms = member.session_timeout,
                          .protocols = {{stored.protocol.value_or(""), member.subscription}},
                          .is_new = false});
    }
    group.subscribed_topics = topics_of_members(group);
    return group;
}

Effects on_loaded(ClassicGroup& group, const Context& context) {
    Effects effects;
    for (auto& [id, member] : group.members) extend_session(group, member, context);
    // The limit may have been lowered while we were away.
    if (group.members.size() > static_cast<std::size_t>(context.config.max_size)) {
        prepare_rebalance(group, context, effects);
    }
    return effects;
}

}  // namespace kafka::groups
