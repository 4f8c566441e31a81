// What there is to compact in a log, as its owner sees it, and how the work is cut. Values and pure
// functions: a task is made on the partition's thread and carried out on another.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "protocol/gen/types.h"
#include "storage/compaction/batch_cleaner.h"
#include "storage/file_system.h"
#include "storage/log_config.h"

namespace kafka::storage {

// How much compaction would find to do. "Clean" is what it has been over already.
struct CompactionNeed {
    std::uint64_t clean_bytes = 0;
    std::uint64_t cleanable_bytes = 0;
    bool is_overdue = false;  // max.compaction.lag.ms has passed

    double dirty_ratio() const;
    bool is_due(const LogConfig& config) const;
};

// A sealed segment, whose bytes do not change any more.
struct SourceSegment {
    Offset base_offset;
    Offset end;  // where the next one begins
    std::uint32_t size = 0;
    // Null: to be opened by the one who reads it, under its name, for as long as that takes.
    std::shared_ptr<File> file;
    bool is_synced = false;  // it survives the loss of power already
    // Of its indexes; the one who carries out the task finds out.
    std::uint64_t offset_index_bytes = 0;
    std::uint64_t time_index_bytes = 0;
    bool has_transaction_index = false;
};

struct CompactionTask {
    std::string partition;  // for messages
    std::string folder;
    LogConfig config;
    std::uint64_t cuts = 0;  // of the log: when there are more, `sources` are not what they were
    Offset first_dirty_offset;
    Offset end;  // of the last of `sources`; beyond it nothing may be touched
    std::vector<SourceSegment> sources;
    // Base offsets of the segments above: their markers may end transactions that begin below.
    std::vector<Offset> later_segments;
    // The log files of those that hold such markers which the loss of power could take.
    std::vector<std::shared_ptr<File>> unsynced_later;
    LastOfProducers producers;
};

using SegmentGroup = std::span<const SourceSegment>;

// Neighbours that together fit into one segment, so that compaction does not leave many small ones;
// not more of them than can be replaced in no time.
std::vector<SegmentGroup> group_segments(std::span<const SourceSegment> sources,
                                         const LogConfig& config);

}  // namespace kafka::storage
