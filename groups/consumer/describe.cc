// ConsumerGroupDescribe: what a consumer group is, and how far each member has walked.
#include <algorithm>

#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

using Described = ConsumerGroupDescribeResponse::Group;

constexpr std::int8_t kClassicMember = 0;
constexpr std::int8_t kConsumerMember = 1;

using Topics = std::vector<ConsumerGroupDescribeResponse::TopicPartitions>;

void add(Topics& topics, const Uuid& id, std::vector<PartitionIndex> partitions,
         const Metadata& metadata) {
    TopicInfo info;
    if (!metadata.find_topic(id, info)) return;  // it was deleted, and has no name
    topics.push_back({id, std::string(info.name), std::move(partitions)});
}

// What it must still let go of counts, as in Kafka: the member may be reading it.
TopicPartitions held_by(const ConsumerMember& member) {
    TopicPartitions held;
    for (const OwnedPartitions* owned : {&member.current.assigned, &member.current.revoking}) {
        for (const auto& [topic, partitions] : *owned) {
            for (const OwnedPartition& each : partitions) held[topic].push_back(each.partition);
        }
    }
    for (auto& [topic, partitions] : held) std::ranges::sort(partitions);
    return held;
}

}  // namespace

ConsumerGroupDescribeResponse::Group describe(const ConsumerGroup& group, const Context& context) {
    Described answer;
    answer.group_id = group.id;
    answer.group_state = name_of(group.state());
    answer.group_epoch = group.epoch;
    answer.assignment_epoch = group.assignment_epoch;
    answer.assignor_name = preferred_assignor(group, context.config);
    for (const auto& [id, member] : group.members) {
        auto& each = answer.members.emplace_back();
        each.member_id = id;
        each.instance_id = member.said.instance_id;
        each.rack_id = member.said.rack_id;
        each.member_epoch = member.current.epoch;
        each.client_id = member.said.client_id;
        each.client_host = member.said.client_host;
        each.subscribed_topic_names = member.said.subscribed_topic_names;
        each.subscribed_topic_regex = member.said.subscribed_topic_regex;
        each.member_type = member.speaks_classic() ? kClassicMember : kConsumerMember;
        for (const auto& [topic, partitions] : held_by(member)) {
            add(each.assignment.topic_partitions, topic, partitions, context.metadata);
        }
        for (const auto& [topic, partitions] : group.target_of(id)) {
            add(each.target_assignment.topic_partitions, topic, partitions, context.metadata);
        }
    }
    return answer;
}

}  // namespace kafka::groups
