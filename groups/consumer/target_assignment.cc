// The target assignment: who shall have what once everybody has caught up with the group epoch.
#include <algorithm>

#include "base/check.h"
#include "groups/assignors/assignor.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

bool assigned_just_now(const ConsumerGroup& group, const Context& context) {
    const std::int32_t interval = context.metadata.settings_of(group.id).assignment_interval_ms;
    const std::int64_t since = context.now.wall - group.assignment_timestamp;
    return since >= 0 && since < interval;
}

// Members, topics and their ids as the assignors want them. Names are looked up once each.
GroupToAssign to_assign(const ConsumerGroup& group, const Metadata& metadata) {
    GroupToAssign result;
    std::map<std::string_view, Uuid> ids;
    const ConsumerGroup::Topics names = group.subscribed_topics();
    for (const std::string& name : names) {
        TopicInfo topic;
        if (!metadata.find_topic(name, topic)) continue;
        ids.emplace(name, topic.id);
        result.topics.push_back({topic.id, topic.partition_count});
    }
    std::ranges::sort(result.topics, {}, &TopicToAssign::id);
    result.members.reserve(group.members.size());
    for (const auto& [id, member] : group.members) {
        MemberToAssign& each = result.members.emplace_back();
        each.id = id;
        if (member.said.instance_id) each.instance_id = *member.said.instance_id;
        each.target = &group.target_of(id);
        for (const std::string& name : group.topics_of(member)) {
            const auto found = ids.find(name);
            if (found != ids.end()) each.topics.push_back(found->second);
        }
        std::ranges::sort(each.topics);
    }
    return result;
}

}  // namespace

std::string_view preferred_assignor(const ConsumerGroup& group, const GroupConfig& config) {
    CHECK(!config.consumer_assignors.empty(), "there is a default assignor");
    std::map<std::string_view, int> votes;
    for (const auto& [id, member] : group.members) {
        if (member.said.server_assignor) ++votes[*member.said.server_assignor];
    }
    const auto by_votes = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto winner = std::ranges::max_element(votes, by_votes);
    return winner == votes.end() ? std::string_view(config.consumer_assignors.front())
                                 : winner->first;
}

void assign(Draft& draft) {
    const Context& context = draft.context();
    const AssignmentEpoch epoch{draft.group().epoch.value};
    if (epoch <= draft.group().assignment_epoch) return;
    if (assigned_just_now(draft.group(), context)) return;

    const GroupToAssign group = to_assign(draft.group(), context.metadata);
    const Assignor assignor = find_assignor(preferred_assignor(draft.group(), context.config));
    // One that an older configuration allowed: members keep it, the group gets the default.
    const Assignment assignment = (assignor ? assignor : assign_uniformly)(group);
    Records records;
    for (std::size_t i = 0; i < assignment.size(); ++i) {
        if (assignment[i] == *group.members[i].target) continue;
        const std::string id(group.members[i].id);
        records.push_back(target_record(draft.group(), id, assignment[i]));
    }
    draft.write(std::move(records));
    draft.write(target_epoch_record(draft.group(), epoch, context.now.wall));
}

}  // namespace kafka::groups
