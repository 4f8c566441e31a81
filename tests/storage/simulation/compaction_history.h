// When compaction went over a log, and so what of it may be gone: beside the LogModel, which knows
// every batch that was appended. Knows no files.
#pragma once

#include <map>
#include <set>

#include "tests/storage/simulation/log_model.h"

namespace kafka::storage {

class CompactionHistory {
  public:
    // From now on a crash may find done what compaction does to the log below `end`, or a part.
    void begin(const LogModel& model, Offset end, TimestampMs now,
               std::int64_t delete_retention_ms);
    // It is done, and knew the keys of all records below `keys_end`.
    void complete(Offset keys_end);
    // Batches were appended, or the end was cut off.
    void follow(const LogModel& model);

    // From here on everything is as it was appended.
    Offset touched_end() const { return touched_end_; }
    // No record from here on has superseded another.
    Offset keys_end() const { return keys_end_; }
    // Nothing below is ever cut off on purpose: it was committed when compaction relied on it.
    Offset committed_end() const { return committed_end_; }
    // A tombstone, or a marker, that readers had the time to see.
    bool may_be_gone(Offset offset) const { return may_be_gone_.contains(offset); }
    // When the last compaction ran to its end, and what it looked at: what was due there is gone.
    TimestampMs completed_at() const { return completed_at_; }
    Offset completed_end() const { return completed_end_; }
    // Its last batches were lost with the log's end, and of those before compaction may have left
    // nothing, as they were not its last.
    bool may_have_forgotten(ProducerId id) const { return forgotten_.contains(id); }

  private:
    Offset touched_end_{0};
    Offset keys_end_{0};
    Offset keys_end_before_{0};  // without the compaction that is in work or was interrupted
    Offset committed_end_{0};
    TimestampMs began_at_ = kNoTimestamp;
    Offset began_end_{0};
    TimestampMs completed_at_ = kNoTimestamp;
    Offset completed_end_{0};
    std::map<Offset, TimestampMs> first_met_;  // tombstones and markers, and by which compaction
    std::set<Offset> may_be_gone_;
    std::map<ProducerId, Offset> last_offsets_;
    std::set<ProducerId> forgotten_;
};

}  // namespace kafka::storage
