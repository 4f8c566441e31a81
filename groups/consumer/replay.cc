// Replay of a consumer group's records, and the other way round.
#include <algorithm>
#include <variant>

#include "groups/consumer/consumer_group.h"

namespace kafka::groups {
namespace {

using CurrentValue = ConsumerGroupCurrentMemberAssignmentValue;

OwnedPartitions owned_from(const std::vector<CurrentValue::TopicPartitions>& topics,
                           MemberEpoch member_epoch) {
    OwnedPartitions owned;
    for (const auto& topic : topics) {
        auto& partitions = owned[topic.topic_id];
        const auto& epochs = topic.assignment_epochs;
        // Records of brokers before 4.3 do not say since when.
        const bool known = epochs && epochs->size() == topic.partitions.size();
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            const MemberEpoch since = known ? MemberEpoch{(*epochs)[i].value} : member_epoch;
            partitions.push_back({topic.partitions[i], since});
        }
        std::ranges::sort(partitions, {}, &OwnedPartition::partition);
    }
    return owned;
}

std::vector<CurrentValue::TopicPartitions> to_record(const OwnedPartitions& owned) {
    std::vector<CurrentValue::TopicPartitions> topics;
    for (const auto& [id, partitions] : owned) {
        auto& topic = topics.emplace_back();
        topic.topic_id = id;
        for (const OwnedPartition& each : partitions) {
            topic.partitions.push_back(each.partition);
            topic.assignment_epochs->push_back({each.since.value});
        }
    }
    return topics;
}

void forget_instance(ConsumerGroup& group, const std::string& member_id,
                     const ConsumerMember& member) {
    if (!member.said.instance_id) return;
    const auto found = group.static_members.find(*member.said.instance_id);
    if (found != group.static_members.end() && found->second == member_id) {
        group.static_members.erase(found);
    }
}

template <class Typed>
constexpr bool kOfConsumerGroups =
    std::is_same_v<Typed, MemberRecord> || std::is_same_v<Typed, ConsumerGroupRecord> ||
    std::is_same_v<Typed, TargetEpochRecord> || std::is_same_v<Typed, TargetRecord> ||
    std::is_same_v<Typed, CurrentRecord> || std::is_same_v<Typed, RegexRecord>;

}  // namespace

void replay(ConsumerGroup& group, const MemberRecord& record) {
    const std::string& id = record.key.member_id;
    if (!record.value) {
        const auto found = group.members.find(id);
        if (found == group.members.end()) return;
        forget_instance(group, id, found->second);
        group.owners.remove(found->second.current);
        group.members.erase(found);
        return;
    }
    ConsumerMember& member = group.members[id];
    forget_instance(group, id, member);
    member.said = *record.value;
    if (member.said.instance_id) {
        group.static_members.insert_or_assign(*member.said.instance_id, id);
    }
}

void replay(ConsumerGroup& group, const ConsumerGroupRecord& record) {
    if (!record.value) return;  // the group goes as a whole
    group.epoch = record.value->epoch;
    group.metadata_hash = record.value->metadata_hash;
}

void replay(ConsumerGroup& group, const TargetEpochRecord& record) {
    if (!record.value) return;
    group.assignment_epoch = record.value->assignment_epoch;
    group.assignment_timestamp = record.value->assignment_timestamp;
}

void replay(ConsumerGroup& group, const TargetRecord& record) {
    if (!record.value) {
        group.target.erase(record.key.member_id);
        return;
    }
    TopicPartitions& target = group.target[record.key.member_id];
    target.clear();
    for (const auto& topic : record.value->topic_partitions) {
        auto& partitions = target[topic.topic_id] = topic.partitions;
        std::ranges::sort(partitions);
    }
}

void replay(ConsumerGroup& group, const CurrentRecord& record) {
    const auto found = group.members.find(record.key.member_id);
    if (!record.value && found == group.members.end()) return;
    ConsumerMember& member =
        found == group.members.end() ? group.members[record.key.member_id] : found->second;
    group.owners.remove(member.current);
    member.current = {};
    if (!record.value) return;
    const CurrentValue& value = *record.value;
    member.current = {
        .epoch = value.member_epoch,
        .previous_epoch = value.previous_member_epoch,
        .state = static_cast<MemberState>(value.state),
        .assigned = owned_from(value.assigned_partitions, value.member_epoch),
        .revoking = owned_from(value.partitions_pending_revocation, value.member_epoch)};
    group.owners.add(member.current);
}

void replay(ConsumerGroup& group, const RegexRecord& record) {
    if (record.value) {
        group.regexes.insert_or_assign(record.key.regular_expression, *record.value);
    } else {
        group.regexes.erase(record.key.regular_expression);
    }
}

void replay(ConsumerGroup& group, const Record& record) {
    std::visit(
        [&group]<class Typed>(const Typed& typed) {
            if constexpr (kOfConsumerGroups<Typed>) replay(group, typed);
        },
        record);
}

MemberRecord member_record(const ConsumerGroup& group, const std::string& member_id,
                           ConsumerGroupMemberMetadataValue said) {
    return {{group.id, member_id}, std::move(said)};
}

ConsumerGroupRecord group_record(const ConsumerGroup& group, GroupEpoch epoch, std::int64_t hash) {
    return {{group.id}, ConsumerGroupMetadataValue{epoch, hash}};
}

TargetRecord target_record(const ConsumerGroup& group, const std::string& member_id,
                           const TopicPartitions& target) {
    TargetRecord record{{group.id, member_id}, TargetRecord::Value{}};
    for (const auto& [topic, partitions] : target) {
        record.value->topic_partitions.push_back({topic, partitions});
    }
    return record;
}

TargetEpochRecord target_epoch_record(const ConsumerGroup& group, AssignmentEpoch epoch,
                                      TimestampMs timestamp) {
    return {{group.id}, ConsumerGroupTargetAssignmentMetadataValue{epoch, timestamp}};
}

CurrentRecord current_record(const ConsumerGroup& group, const std::string& member_id,
                             const CurrentAssignment& current) {
    CurrentRecord record{{group.id, member_id}, CurrentValue{}};
    record.value->member_epoch = current.epoch;
    record.value->previous_member_epoch = current.previous_epoch;
    record.value->state = static_cast<std::int8_t>(current.state);
    record.value->assigned_partitions = to_record(current.assigned);
    record.value->partitions_pending_revocation = to_record(current.revoking);
    return record;
}

// The assignment before the member: whichever part of these a log is cut to, nobody has partitions
// without being a member.
Records member_tombstones(const ConsumerGroup& group, const std::string& member_id) {
    return {CurrentRecord{{group.id, member_id}, std::nullopt},
            TargetRecord{{group.id, member_id}, std::nullopt},
            MemberRecord{{group.id, member_id}, std::nullopt}};
}

Records group_tombstones(const ConsumerGroup& group) {
    Records records;
    for (const auto& [id, member] : group.members) {
        std::ranges::move(member_tombstones(group, id), std::back_inserter(records));
    }
    for (const auto& [id, target] : group.target) {
        if (!group.find(id)) records.push_back(TargetRecord{{group.id, id}, std::nullopt});
    }
    for (const auto& [regex, resolved] : group.regexes) {
        records.push_back(RegexRecord{{group.id, regex}, std::nullopt});
    }
    records.push_back(TargetEpochRecord{{group.id}, std::nullopt});
    records.push_back(PartitionMetadataRecord{{group.id}, std::nullopt});
    records.push_back(ConsumerGroupRecord{{group.id}, std::nullopt});
    return records;
}

}  // namespace kafka::groups
