// What a topic's configuration tells its logs. The fields are Kafka's topic keys in snake_case,
// with Kafka's defaults; those a single replica has no use for are left out. A value: each
// partition holds a copy, replaced when the topic's configuration changes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "protocol/compression.h"
#include "protocol/record_batch.h"

namespace kafka::storage {

struct LogConfig {
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

    // cleanup.policy; neither means: keep for ever.
    bool cleanup_delete = true;
    bool cleanup_compact = false;

    // Retention; -1 means without limit.
    std::int64_t retention_ms = 604'800'000;
    std::int64_t retention_bytes = -1;
    std::int64_t file_delete_delay_ms = 60'000;

    // Rolling
    std::int32_t segment_bytes = 1'073'741'824;
    std::int64_t segment_ms = 604'800'000;
    std::int64_t segment_jitter_ms = 0;
    std::int32_t segment_index_bytes = 10'485'760;
    std::int32_t index_interval_bytes = 4096;

    // Compaction
    double min_cleanable_dirty_ratio = 0.5;
    std::int64_t min_compaction_lag_ms = 0;
    std::int64_t max_compaction_lag_ms = kNever;
    std::int64_t delete_retention_ms = 86'400'000;

    // Flushing
    std::int64_t flush_messages = kNever;
    std::int64_t flush_ms = kNever;

    // Produced batches. No compression means: as the producer compressed it.
    std::int32_t max_message_bytes = 1'048'588;
    std::optional<CompressionType> compression_type;
    std::int32_t compression_gzip_level = -1;
    std::int32_t compression_lz4_level = 9;
    std::int32_t compression_zstd_level = 3;
    TimestampType message_timestamp_type = TimestampType::CreateTime;
    std::int64_t message_timestamp_before_max_ms = kNever;
    std::int64_t message_timestamp_after_max_ms = 3'600'000;
    std::int32_t min_insync_replicas = 1;

    // What is to be compacted in time has to be in a sealed segment first.
    std::int64_t roll_ms() const {
        return cleanup_compact ? std::min(segment_ms, max_compaction_lag_ms) : segment_ms;
    }

    bool operator==(const LogConfig&) const = default;
};

}  // namespace kafka::storage
