// What administrators ask about groups, and want gone.
#include <algorithm>
#include <cctype>

#include "groups/classic/rebalance.h"
#include "groups/group_coordinator.h"

namespace kafka::groups {
namespace {

constexpr std::string_view kClassicType = "classic";
constexpr std::string_view kConsumerType = "consumer";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool passes(const std::vector<std::string>& filter, std::string_view value) {
    return filter.empty() || std::ranges::any_of(filter, [&](const std::string& wanted) {
               return equal_ignoring_case(wanted, value);
           });
}

DescribeGroupsResponse::Group dead(const std::string& id, std::int16_t version,
                                   std::string_view why) {
    DescribeGroupsResponse::Group answer;
    answer.group_id = id;
    answer.group_state = "Dead";
    if (version >= 6) {  // KIP-1043
        answer.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
        answer.error_message = "Group " + id + std::string(why);
    }
    return answer;
}

}  // namespace

Records tombstones(const Group& group) {
    if (group.consumer) return group_tombstones(*group.consumer);
    return {GroupMetadataRecord{{group.id()}, std::nullopt}};
}

DescribeGroupsResponse::Group GroupCoordinator::describe_group(const std::string& id,
                                                               std::int16_t version) const {
    const Group* found = find(id);
    if (!found) return dead(id, version, " not found.");
    if (found->consumer) return dead(id, version, " is not a classic group.");

    const ClassicGroup& group = found->classic;
    const Assignments assignments = assignments_of(found->metadata());
    const bool stable = group.state == ClassicState::Stable;
    DescribeGroupsResponse::Group answer;
    answer.group_id = id;
    answer.group_state = name_of(group.state);
    answer.protocol_type = group.protocol_type;
    // What members wanted is shown once all of them agree on it.
    if (stable) answer.protocol_data = group.protocol.value_or("");
    for (const auto& [member_id, member] : group.members) {
        auto& described = answer.members.emplace_back();
        described.member_id = member_id;
        described.group_instance_id = member.instance_id;
        described.client_id = member.client_id;
        described.client_host = member.client_host;
        const Bytes* metadata = stable ? member.metadata_for(answer.protocol_data) : nullptr;
        if (metadata) described.member_metadata = *metadata;
        const auto assignment = assignments.find(member_id);
        if (assignment != assignments.end()) described.member_assignment = assignment->second;
    }
    return answer;
}

ConsumerGroupDescribeResponse::Group GroupCoordinator::describe_consumer_group(
    const std::string& id, const Context& context) const {
    const Group* found = find(id);
    if (found && found->consumer) return describe(*found->consumer, context);
    ConsumerGroupDescribeResponse::Group answer;
    answer.group_id = id;
    answer.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
    answer.error_message = "Group " + id + (found ? " is not a consumer group." : " not found.");
    return answer;
}

void GroupCoordinator::list_groups(const ListGroupsRequest& filters,
                                   std::vector<ListGroupsResponse::Group>& out) const {
    for (const auto& [id, group] : groups_) {
        const std::string_view type = group.consumer ? kConsumerType : kClassicType;
        if (!passes(filters.types_filter, type)) continue;
        const std::string_view state = group.state_name();
        if (!passes(filters.states_filter, state)) continue;
        out.push_back({.group_id = id,
                       .protocol_type = group.consumer ? "consumer" : group.classic.protocol_type,
                       .group_state = std::string(state),
                       .group_type = std::string(type)});
    }
}

Answered<ErrorCode> GroupCoordinator::delete_group(const std::string& id) const {
    const Group* group = find(id);
    if (!group) return {ErrorCode::GROUP_ID_NOT_FOUND, {}};
    if (!group->is_empty()) return {ErrorCode::NON_EMPTY_GROUP, {}};

    Answered<ErrorCode> answer{ErrorCode::NONE, {}};
    answer.effects.records = forget_all_offsets(id, *group, pending_);
    std::ranges::move(tombstones(*group), std::back_inserter(answer.effects.records));
    return answer;
}

}  // namespace kafka::groups
