#include "groups/offsets/group_offsets.h"

#include <algorithm>

namespace kafka::groups {
namespace {

auto position(auto& partitions, PartitionIndex partition) {
    return std::ranges::lower_bound(partitions, partition, {}, &CommittedOffset::partition);
}

}  // namespace

CommittedOffset::CommittedOffset(PartitionIndex partition_index, const OffsetCommitValue& value,
                                 Offset at)
    : partition(partition_index),
      leader_epoch(value.leader_epoch),
      offset(value.offset),
      commit_timestamp(value.commit_timestamp),
      record_offset(at),
      topic_id(value.topic_id) {
    if (!value.metadata.empty() || value.expire_timestamp != TimestampMs{-1}) {
        rare_ = std::make_unique<const Rare>(Rare{value.metadata, value.expire_timestamp});
    }
}

OffsetCommitValue CommittedOffset::to_value() const {
    return {.offset = offset,
            .leader_epoch = leader_epoch,
            .metadata = std::string(metadata()),
            .commit_timestamp = commit_timestamp,
            .expire_timestamp = expire_timestamp(),
            .topic_id = topic_id};
}

bool CommittedOffset::operator==(const CommittedOffset& other) const {
    return partition == other.partition && record_offset == other.record_offset &&
           to_value() == other.to_value();
}

const CommittedOffset* GroupOffsets::find(std::string_view topic, PartitionIndex partition) const {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return nullptr;
    const auto at = position(found->second, partition);
    return at != found->second.end() && at->partition == partition ? &*at : nullptr;
}

std::size_t GroupOffsets::size() const {
    std::size_t count = 0;
    for (const auto& [topic, partitions] : topics_) count += partitions.size();
    return count;
}

void GroupOffsets::put(const std::string& topic, CommittedOffset committed) {
    Partitions& partitions = topics_[topic];
    const auto at = position(partitions, committed.partition);
    if (at != partitions.end() && at->partition == committed.partition) {
        *at = std::move(committed);
    } else {
        partitions.insert(at, std::move(committed));
    }
}

bool GroupOffsets::erase(std::string_view topic, PartitionIndex partition) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return false;
    const auto at = position(found->second, partition);
    if (at == found->second.end() || at->partition != partition) return false;
    found->second.erase(at);
    if (found->second.empty()) topics_.erase(found);
    return true;
}

}  // namespace kafka::groups
