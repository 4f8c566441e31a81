#include "groups/consumer/consumer_group.h"

#include <algorithm>

#include "base/check.h"

namespace kafka::groups {

std::string_view name_of(ConsumerState state) {
    switch (state) {
        case ConsumerState::Empty:
            return "Empty";
        case ConsumerState::Assigning:
            return "Assigning";
        case ConsumerState::Reconciling:
            return "Reconciling";
        case ConsumerState::Stable:
            return "Stable";
    }
    CHECK(false, "a state of a consumer group");
    return {};
}

bool PartitionOwners::is_free(const Uuid& topic, PartitionIndex partition) const {
    const auto found = counts_.find(topic);
    const auto index = static_cast<std::size_t>(partition.value);
    return found == counts_.end() || index >= found->second.size() || found->second[index] == 0;
}

void PartitionOwners::change(const CurrentAssignment& assignment, int by) {
    for (const OwnedPartitions* partitions : {&assignment.assigned, &assignment.revoking}) {
        for (const auto& [topic, owned] : *partitions) {
            auto& counts = counts_[topic];
            for (const OwnedPartition& each : owned) {
                const auto index = static_cast<std::size_t>(each.partition.value);
                if (index >= counts.size()) counts.resize(index + 1);
                counts[index] = static_cast<std::int16_t>(counts[index] + by);
            }
            if (std::ranges::all_of(counts, [](auto count) { return count == 0; })) {
                counts_.erase(topic);
            }
        }
    }
}

bool PartitionOwners::any_shared() const {
    return std::ranges::any_of(counts_, [](const auto& entry) {
        return std::ranges::any_of(entry.second, [](auto count) { return count > 1; });
    });
}

bool ConsumerGroup::is_reconciled(const ConsumerMember& member) const {
    return member.current.state == MemberState::Stable &&
           member.current.epoch.value == assignment_epoch.value;
}

ConsumerState ConsumerGroup::state() const {
    if (members.empty()) return ConsumerState::Empty;
    if (epoch.value > assignment_epoch.value) return ConsumerState::Assigning;
    const bool all = std::ranges::all_of(
        members, [this](const auto& entry) { return is_reconciled(entry.second); });
    return all ? ConsumerState::Stable : ConsumerState::Reconciling;
}

const ConsumerMember* ConsumerGroup::find(std::string_view member_id) const {
    const auto found = members.find(member_id);
    return found == members.end() ? nullptr : &found->second;
}

const std::string* ConsumerGroup::find_static(std::string_view instance_id) const {
    const auto found = static_members.find(instance_id);
    return found == static_members.end() ? nullptr : &found->second;
}

const TopicPartitions& ConsumerGroup::target_of(std::string_view member_id) const {
    static const TopicPartitions kNothing;
    const auto found = target.find(member_id);
    return found == target.end() ? kNothing : found->second;
}

ConsumerGroup::Topics ConsumerGroup::topics_of(const ConsumerMember& member) const {
    const auto& names = member.said.subscribed_topic_names;
    Topics topics(names.begin(), names.end());
    if (const auto found = regexes.find(member.regex()); found != regexes.end()) {
        topics.insert(found->second.topics.begin(), found->second.topics.end());
    }
    return topics;
}

ConsumerGroup::Topics ConsumerGroup::subscribed_topics() const {
    Topics topics;
    for (const auto& [regex, resolved] : regexes) {
        topics.insert(resolved.topics.begin(), resolved.topics.end());
    }
    for (const auto& [member_id, member] : members) {
        const auto& names = member.said.subscribed_topic_names;
        topics.insert(names.begin(), names.end());
    }
    return topics;
}

bool ConsumerGroup::is_subscribed_to(std::string_view topic) const {
    return std::ranges::any_of(members,
                               [&](const auto& entry) {
                                   return std::ranges::count(
                                              entry.second.said.subscribed_topic_names, topic) > 0;
                               }) ||
           std::ranges::any_of(regexes, [&](const auto& entry) {
               return std::ranges::count(entry.second.topics, topic) > 0;
           });
}

std::size_t ConsumerGroup::count_regex(std::string_view regex) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        members, [&](const auto& entry) { return entry.second.regex() == regex; }));
}

bool ConsumerGroup::all_speak_classic() const {
    return std::ranges::all_of(members,
                               [](const auto& entry) { return entry.second.speaks_classic(); });
}

bool ConsumerGroup::operator==(const ConsumerGroup& other) const {
    return id == other.id && epoch == other.epoch && metadata_hash == other.metadata_hash &&
           assignment_epoch == other.assignment_epoch &&
           assignment_timestamp == other.assignment_timestamp && members == other.members &&
           target == other.target && regexes == other.regexes;
}

}  // namespace kafka::groups
