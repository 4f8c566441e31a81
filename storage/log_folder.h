// What a partition's folder holds when a log is opened, after what a crash left half done there has
// been finished or undone.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.h"
#include "protocol/gen/types.h"
#include "storage/file_system.h"

namespace kafka::storage {

struct SegmentFiles {
    Offset base_offset;
    bool has_offset_index = false;
    bool has_time_index = false;
    bool has_transaction_index = false;
};

struct LogFolder {
    std::vector<SegmentFiles> segments;  // by base offset
    std::vector<Offset> snapshots;       // of producer state, ascending
    std::vector<std::string> removals;   // paths of what is of no use any more
    bool changed = false;                // names were changed
};

// Removes temporary files, drops unfinished output of compaction (".cleaned"), finishes its swap
// (".swap"), lists what was deleted already (".deleted") and indexes without a log for removal, and
// leaves every file it does not know alone.
Result<LogFolder> tidy_log_folder(FileSystem& files, const std::string& folder);

}  // namespace kafka::storage
