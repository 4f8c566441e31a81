// Finds a record inside a batch by its timestamp, unpacking the batch when it is compressed.
// Records need not be in the order of their times. Pure functions; they cost CPU in proportion to
// the unpacked batch, so big batches belong on the blocking pool.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/error.h"
#include "protocol/record_batch.h"

namespace kafka::storage {

struct TimestampAndOffset {
    TimestampMs timestamp = kNoTimestamp;
    Offset offset{-1};

    bool operator==(const TimestampAndOffset&) const = default;
};

// The first record at or after `start_offset` whose time is at or after `timestamp`. `batch` must
// be whole. CORRUPT_MESSAGE when its records cannot be read.
Result<std::optional<TimestampAndOffset>> find_record_at_or_after(const RecordBatchView& batch,
                                                                  TimestampMs timestamp,
                                                                  Offset start_offset);

// The first record that has the batch's max timestamp (ListOffsets -3); nothing when none has.
Result<std::optional<TimestampAndOffset>> find_record_with_max_timestamp(
    const RecordBatchView& batch);

}  // namespace kafka::storage
