// May an offset commit of a consumer group pass, and may offsets be fetched? A member that has been
// given other partitions since must not overwrite what their new owners commit.
#include <algorithm>

#include "groups/consumer/events.h"

namespace kafka::groups {
namespace {

// Older versions do not know what a member epoch is.
constexpr std::int16_t kFirstVersionWithMemberEpochs = 9;

ErrorCode check_epoch(const ConsumerMember& member, MemberEpoch epoch) {
    if (epoch == member.current.epoch) return ErrorCode::NONE;
    return member.speaks_classic() ? ErrorCode::ILLEGAL_GENERATION : ErrorCode::STALE_MEMBER_EPOCH;
}

bool owned_since(const OwnedPartitions& owned, const Uuid& topic, PartitionIndex partition,
                 MemberEpoch epoch) {
    const auto found = owned.find(topic);
    if (found == owned.end()) return false;
    return std::ranges::any_of(found->second, [&](const OwnedPartition& each) {
        return each.partition == partition && each.since <= epoch;
    });
}

}  // namespace

ErrorCode check_commit(const ConsumerGroup& group, std::string_view member_id, MemberEpoch epoch,
                       std::int16_t version) {
    // An administrator, or a consumer that assigns itself.
    if (epoch.value < 0 && group.members.empty()) return ErrorCode::NONE;
    const ConsumerMember* member = group.find(member_id);
    if (!member) return ErrorCode::UNKNOWN_MEMBER_ID;
    if (!member->speaks_classic() && version < kFirstVersionWithMemberEpochs) {
        return ErrorCode::UNSUPPORTED_VERSION;
    }
    return check_epoch(*member, epoch);
}

ErrorCode check_transactional_commit(const ConsumerGroup& group, std::string_view member_id,
                                     MemberEpoch epoch) {
    if (epoch.value < 0 && (member_id.empty() || group.members.empty())) return ErrorCode::NONE;
    const ConsumerMember* member = group.find(member_id);
    if (!member) return ErrorCode::UNKNOWN_MEMBER_ID;
    return check_epoch(*member, epoch);
}

ErrorCode check_stale_commit(const ConsumerGroup& group, std::string_view member_id,
                             MemberEpoch epoch, const CommittedPartition& partition,
                             const Metadata& metadata) {
    const ConsumerMember* member = group.find(member_id);
    if (!member || epoch.value < 0 || epoch > member->current.epoch) {
        return ErrorCode::STALE_MEMBER_EPOCH;
    }
    TopicInfo topic{.name = partition.topic, .id = partition.topic_id};
    if (topic.id.is_zero() && !metadata.find_topic(partition.topic, topic)) {
        return ErrorCode::STALE_MEMBER_EPOCH;
    }
    const CurrentAssignment& current = member->current;
    const bool still_owns = owned_since(current.assigned, topic.id, partition.partition, epoch) ||
                            owned_since(current.revoking, topic.id, partition.partition, epoch);
    return still_owns ? ErrorCode::NONE : ErrorCode::STALE_MEMBER_EPOCH;
}

ErrorCode check_fetch(const ConsumerGroup& group, const std::optional<std::string>& member_id,
                      MemberEpoch epoch) {
    if (!member_id && epoch.value < 0) return ErrorCode::NONE;
    const ConsumerMember* member = group.find(member_id.value_or(""));
    return member ? check_epoch(*member, epoch) : ErrorCode::UNKNOWN_MEMBER_ID;
}

}  // namespace kafka::groups
