// The text files in which a log directory remembers offsets of its partitions, in Kafka's format:
// "0", a count, then "topic partition offset" a line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/error.h"
#include "storage/topic_partition.h"

namespace kafka::storage {

inline constexpr std::string_view kRecoveryPointFile = "recovery-point-offset-checkpoint";
inline constexpr std::string_view kLogStartFile = "log-start-offset-checkpoint";
inline constexpr std::string_view kHighWatermarkFile = "replication-offset-checkpoint";
inline constexpr std::string_view kCleanerFile = "cleaner-offset-checkpoint";

using OffsetCheckpoint = std::vector<std::pair<TopicPartition, Offset>>;

std::string to_text(const OffsetCheckpoint& checkpoint);
// KAFKA_STORAGE_ERROR when the text is not whole.
Result<OffsetCheckpoint> offset_checkpoint_from_text(std::string_view text);

// What the checkpoints of a directory say of one partition.
struct PartitionOffsets {
    Offset recovery_point{0};
    Offset log_start_offset{0};
    Offset high_watermark{0};
    Offset first_dirty_offset{-1};  // what is below was compacted; -1: nothing ever was

    bool operator==(const PartitionOffsets&) const = default;
};

}  // namespace kafka::storage
