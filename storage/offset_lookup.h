// What ListOffsets asks of a partition, and how it gets to the answer: a search by time may come to
// a batch whose records have to be looked at.
#pragma once

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/record_scan.h"

namespace kafka::storage {

// ListOffsets' special timestamps.
namespace timestamp {
inline constexpr TimestampMs kLatest{-1};
inline constexpr TimestampMs kEarliest{-2};
inline constexpr TimestampMs kMax{-3};
inline constexpr TimestampMs kEarliestLocal{-4};
inline constexpr TimestampMs kLatestTiered{-5};
}  // namespace timestamp

struct FoundOffset {
    TimestampMs timestamp = kNoTimestamp;
    Offset offset{-1};  // -1: there is none
    LeaderEpoch leader_epoch{-1};

    bool operator==(const FoundOffset&) const = default;
};

// A search that has come to a batch: which of its records it is costs as much as it unpacks to, and
// may be looked for on any thread.
struct OffsetLookup {
    FoundOffset found;  // the answer, unless there is a batch
    Bytes batch;        // whole
    TimestampMs timestamp;
    Offset from;  // records below do not count

    bool is_over() const { return batch.empty(); }
    // Does scan() take no time worth mentioning?
    bool is_cheap() const;
    // With the batch's own leader epoch, as in Kafka. Nothing: go on behind the batch.
    Result<std::optional<FoundOffset>> scan() const;
    Offset next_offset() const { return RecordBatchView(batch).next_offset(); }
};

}  // namespace kafka::storage
