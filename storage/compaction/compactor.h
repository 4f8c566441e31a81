// Compacts one partition: learns the last offset of every key in the part that is dirty, writes the
// segments anew without what is obsolete, and has the partition take them in. All reading, writing
// and syncing happens on the thread that calls it, which may block; what belongs to the partition
// is done where the partition lives, in short steps.
//
// A crash at any moment leaves either the old segments or the new ones: see log_compaction.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "protocol/error.h"
#include "storage/file_system.h"
#include "storage/partition.h"

namespace kafka::storage {

class CompactionHost {
  public:
    virtual ~CompactionHost() = default;
    // Runs `step` on the partition's thread, and returns when it is done. With null when the
    // partition is gone.
    virtual void on_partition(const std::function<void(Partition* partition)>& step) = 0;
    // So many bytes were read or written; may wait for a while. False: give up.
    virtual bool go_on(std::uint64_t bytes) = 0;
};

struct CompactionSettings {
    std::size_t key_map_bytes = std::size_t{128} << 20;
    double key_map_load_factor = 0.9;
    std::size_t io_buffer_bytes = std::size_t{512} << 10;
};

struct CompactionResult {
    bool completed = false;  // else it was given up, and nothing is wrong
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes_after = 0;
    std::size_t keys = 0;
    std::size_t key_map_bytes = 0;
};

// CORRUPT_MESSAGE when the log cannot be read: it had better not be tried again. The partition is
// as sound afterwards as it was before.
Result<CompactionResult> compact(FileSystem& files, CompactionHost& host,
                                 const CompactionSettings& settings, TimestampMs now);

}  // namespace kafka::storage
