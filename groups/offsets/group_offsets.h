// The offsets that one group has committed. A coordinator may hold millions: an entry is 56 bytes,
// kept sorted by partition under its topic, and what is seldom there (metadata, an expiry of its
// own) lies elsewhere.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/uuid.h"
#include "protocol/gen/group_records.h"
#include "protocol/gen/types.h"

namespace kafka::groups {

class CommittedOffset {
  public:
    CommittedOffset() = default;
    // `record_offset`: where in `__consumer_offsets` the commit is.
    CommittedOffset(PartitionIndex partition, const OffsetCommitValue& value, Offset record_offset);

    PartitionIndex partition{};
    LeaderEpoch leader_epoch{-1};
    Offset offset{-1};
    TimestampMs commit_timestamp{-1};
    Offset record_offset{-1};
    Uuid topic_id{};  // zero when the commit did not say

    std::string_view metadata() const { return rare_ ? rare_->metadata : std::string_view(); }
    // By old clients only; -1 when offsets.retention.minutes decides.
    TimestampMs expire_timestamp() const {
        return rare_ ? rare_->expire_timestamp : TimestampMs{-1};
    }
    OffsetCommitValue to_value() const;
    bool operator==(const CommittedOffset& other) const;

  private:
    struct Rare {
        std::string metadata;
        TimestampMs expire_timestamp;

        bool operator==(const Rare&) const = default;
    };
    std::unique_ptr<const Rare> rare_;
};

class GroupOffsets {
  public:
    using Partitions = std::vector<CommittedOffset>;  // by partition
    using Topics = std::map<std::string, Partitions, std::less<>>;

    const CommittedOffset* find(std::string_view topic, PartitionIndex partition) const;
    const Topics& topics() const { return topics_; }
    bool empty() const { return topics_.empty(); }
    std::size_t size() const;

    void put(const std::string& topic, CommittedOffset committed);
    // True when it was there.
    bool erase(std::string_view topic, PartitionIndex partition);

    bool operator==(const GroupOffsets&) const = default;

  private:
    Topics topics_;
};

}  // namespace kafka::groups
