// Decides whether the bytes that a producer sent may be appended, as Apache Kafka decides it, and
// brings them into the form in which they are stored (timestamps of LogAppendTime, the topic's
// codec). Pure functions over the caller's bytes; any thread. Whether the producer's sequence fits
// is for storage/producer_state.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "protocol/compression.h"
#include "protocol/gen/error_code.h"
#include "protocol/record_batch.h"
#include "storage/append_origin.h"

namespace kafka::storage {

// What the topic's configuration and the request ask of a batch.
struct BatchRules {
    std::string_view partition;              // "topic-0", for error messages
    std::optional<Compression> compression;  // nothing: as the producer made it
    TimestampType timestamp_type = TimestampType::CreateTime;
    std::int64_t timestamp_before_max_ms = std::numeric_limits<std::int64_t>::max();
    std::int64_t timestamp_after_max_ms = 3'600'000;
    std::int32_t max_message_bytes = 1'048'588;
    std::int32_t segment_bytes = 1 << 30;
    bool compacted = false;             // cleanup.policy contains compact: keys are needed
    std::int16_t produce_version = 13;  // of the request; zstd is allowed from 7 on
    AppendOrigin origin = AppendOrigin::Client;
    // Give up on what takes long: on a thread that serves many.
    bool bounded = false;
};

struct ValidBatch {
    std::size_t size_in_bytes = 0;  // of the batch, at the start of the bytes to write
    std::int32_t record_count = 0;
    std::int32_t last_offset_delta = 0;
    TimestampMs max_timestamp = kNoTimestamp;
    // The first record with that timestamp; the last of the batch when the broker sets the time.
    std::int32_t max_timestamp_offset_delta = 0;
    // Not empty when the batch had to be written anew: append this instead of the given bytes.
    Bytes replacement;
};

// One record that was refused, as Produce answers it from version 8 on (KIP-467).
struct RecordError {
    std::int32_t batch_index = 0;
    std::string message;

    bool operator==(const RecordError&) const = default;
};

struct InvalidBatch {
    ErrorCode code = ErrorCode::NONE;
    std::optional<std::string>
        message;  // what the client is told; nothing where Kafka says nothing
    std::vector<RecordError> record_errors;
    bool unfinished = false;  // nothing is known: by bounded rules it would have taken too long
};

using BatchValidation = BasicResult<ValidBatch, InvalidBatch>;

// The part of validate_batch() for which no partition is needed: one whole batch, of a format and a
// codec that the version may carry. An error with a message is one at which Kafka stops to read the
// request: none of its partitions gets its batch.
std::optional<InvalidBatch> check_produced_bytes(BytesView bytes, std::int16_t produce_version);

// `bytes` are the records of one partition in a Produce request. On success the header in `bytes`
// (or in the replacement) has its final max timestamp, timestamp type and checksum; base offset and
// leader epoch are left for the caller to set. On failure `bytes` are unchanged.
BatchValidation validate_batch(MutableBytes bytes, const BatchRules& rules, TimestampMs now);

}  // namespace kafka::storage
