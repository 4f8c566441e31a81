// Who is in a classic group, and what its members have in common.
#include <algorithm>

#include "groups/classic/consumer_protocol.h"
#include "groups/classic/rebalance.h"

namespace kafka::groups {
namespace {

bool offers(const ClassicProtocols& protocols, std::string_view name) {
    return std::ranges::any_of(protocols, [&](const auto& each) { return each.name == name; });
}

bool all_members_offer(const ClassicGroup& group, std::string_view name) {
    return std::ranges::all_of(
        group.members, [&](const auto& entry) { return offers(entry.second.protocols, name); });
}

}  // namespace

const Bytes* ClassicMember::metadata_for(std::string_view protocol) const {
    for (const auto& each : protocols) {
        if (each.name == protocol) return &each.metadata;
    }
    return nullptr;
}

bool ClassicGroup::is_subscribed_to(std::string_view topic) const {
    // What cannot be read might be subscribed.
    return subscribed_topics ? subscribed_topics->contains(topic) : uses_consumer_protocol();
}

ClassicMember* ClassicGroup::find(std::string_view member_id) {
    const auto found = members.find(member_id);
    return found == members.end() ? nullptr : &found->second;
}

const ClassicMember* ClassicGroup::find(std::string_view member_id) const {
    const auto found = members.find(member_id);
    return found == members.end() ? nullptr : &found->second;
}

ErrorCode ClassicGroup::check_member(std::string_view member_id,
                                     const std::optional<std::string>& instance_id) const {
    if (instance_id) {
        const auto found = static_members.find(*instance_id);
        if (found == static_members.end()) return ErrorCode::UNKNOWN_MEMBER_ID;
        if (found->second != member_id) return ErrorCode::FENCED_INSTANCE_ID;
    }
    return members.contains(member_id) ? ErrorCode::NONE : ErrorCode::UNKNOWN_MEMBER_ID;
}

bool ClassicGroup::supports(std::string_view type, const ClassicProtocols& wanted) const {
    if (is_empty()) return !type.empty() && !wanted.empty();
    if (type != protocol_type) return false;
    return std::ranges::any_of(
        wanted, [&](const auto& each) { return all_members_offer(*this, each.name); });
}

void add_member(ClassicGroup& group, ClassicMember member, std::string_view protocol_type) {
    if (group.members.empty()) group.protocol_type = protocol_type;
    if (!group.leader) group.leader = member.id;
    group.pending_members.erase(member.id);
    if (member.instance_id) group.static_members.insert_or_assign(*member.instance_id, member.id);
    std::string id = member.id;
    const bool added = group.members.emplace(std::move(id), std::move(member)).second;
    CHECK(added, "a member is added once");
}

void remove_member(ClassicGroup& group, const std::string& member_id, Effects& effects) {
    group.pending_members.erase(member_id);
    const auto found = group.members.find(member_id);
    if (found == group.members.end()) return;

    const ClassicMember member = std::move(found->second);
    group.members.erase(found);
    // The client then joins again as a new member, if it is still there.
    effects.reply(member.joining, join_error("", ErrorCode::UNKNOWN_MEMBER_ID));
    effects.reply(member.syncing, sync_error(ErrorCode::UNKNOWN_MEMBER_ID));
    if (member.instance_id) group.static_members.erase(*member.instance_id);
    if (group.leader == member.id) {
        group.leader.reset();
        if (!group.members.empty()) group.leader = group.members.begin()->first;
    }
}

ClassicMember& replace_static_member(ClassicGroup& group, const std::string& instance_id,
                                     const std::string& new_member_id, Effects& effects) {
    std::string& current_id = group.static_members.at(instance_id);
    const std::string old_id = std::exchange(current_id, new_member_id);
    auto node = group.members.extract(old_id);
    CHECK(!node.empty(), "a static member is a member");

    ClassicMember& member = node.mapped();
    effects.reply(std::exchange(member.joining, kNobody),
                  join_error(old_id, ErrorCode::FENCED_INSTANCE_ID));
    effects.reply(std::exchange(member.syncing, kNobody),
                  sync_error(ErrorCode::FENCED_INSTANCE_ID));
    member.id = new_member_id;
    node.key() = new_member_id;
    if (group.leader == old_id) group.leader = new_member_id;
    return group.members.insert(std::move(node)).position->second;
}

bool all_members_joined(const ClassicGroup& group) {
    return group.pending_members.empty() && std::ranges::all_of(group.members, [](auto& entry) {
               return entry.second.joining != kNobody;
           });
}

std::int32_t rebalance_timeout_ms(const ClassicGroup& group) {
    std::int32_t longest = 0;
    for (const auto& [id, member] : group.members) {
        longest = std::max(longest, member.rebalance_timeout_ms);
    }
    return longest;
}

std::string select_protocol(const ClassicGroup& group) {
    CHECK(!group.members.empty(), "members choose a protocol");
    // Only what everybody can speak is voted on, so the first member's offers are all there are.
    std::map<std::string_view, int> votes;
    const ClassicProtocols& offered = group.members.begin()->second.protocols;
    for (const auto& protocol : offered) {
        if (all_members_offer(group, protocol.name)) votes.emplace(protocol.name, 0);
    }
    CHECK(!votes.empty(), "a member that shares no protocol is not let in");
    for (const auto& [id, member] : group.members) {
        const auto favourite = std::ranges::find_if(
            member.protocols, [&](const auto& each) { return votes.contains(each.name); });
        ++votes[favourite->name];
    }
    const auto by_votes = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::string(std::ranges::max_element(votes, by_votes)->first);
}

std::optional<std::set<std::string, std::less<>>> topics_of_members(const ClassicGroup& group) {
    if (!group.uses_consumer_protocol()) return std::nullopt;
    std::set<std::string, std::less<>> topics;
    for (const auto& [id, member] : group.members) {
        const Bytes* metadata = group.protocol ? member.metadata_for(*group.protocol) : nullptr;
        const auto subscription = metadata ? read_subscription(*metadata) : std::nullopt;
        if (!subscription) return std::nullopt;
        topics.insert(subscription->topics.begin(), subscription->topics.end());
    }
    return topics;
}

void extend_session(ClassicGroup& group, ClassicMember& member, const Context& context) {
    group.arm(member.session_deadline, context.now.in_ms(member.session_timeout_ms));
}

JoinGroupResponse join_error(std::string member_id, ErrorCode error) {
    JoinGroupResponse response;
    response.error_code = error;
    response.protocol_name.reset();
    response.member_id = std::move(member_id);
    return response;
}

JoinGroupResponse current_generation(const ClassicGroup& group, const std::string& member_id) {
    JoinGroupResponse response;
    response.generation_id = group.generation;
    response.protocol_type = group.protocol_type;
    response.protocol_name = group.protocol;
    response.leader = group.leader.value_or("");
    response.member_id = member_id;
    if (group.leader == member_id) {
        response.members.reserve(group.members.size());
        for (const auto& [id, member] : group.members) {
            const Bytes* metadata = member.metadata_for(group.protocol.value_or(""));
            CHECK(metadata, "every member supports the group's protocol");
            response.members.push_back({id, member.instance_id, *metadata});
        }
    }
    return response;
}

SyncGroupResponse sync_error(ErrorCode error) {
    SyncGroupResponse response;
    response.error_code = error;
    return response;
}

}  // namespace kafka::groups
