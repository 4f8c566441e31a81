// A segment that compaction writes beside the live ones: its files have names ending in ".cleaned",
// which the next start removes, until the log takes it in. Lives on the thread that compacts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/error.h"
#include "storage/segment.h"

namespace kafka::storage {

class CleanedSegment {
  public:
    CleanedSegment(FileSystem& files, std::string folder, Offset base_offset,
                   std::int32_t index_interval_bytes);
    CleanedSegment(const CleanedSegment&) = delete;
    CleanedSegment& operator=(const CleanedSegment&) = delete;

    Result<Done> create(TimestampMs now);
    // Whole batches, in the order of their offsets.
    Result<Done> append(BytesView batches);
    Result<Done> append_aborted(const std::vector<AbortedTransaction>& transactions);
    // Completes the indexes, among them one for transactions if asked for, and syncs it all: files
    // and names. Blocks.
    Result<Done> finish(bool with_transaction_index);
    // Removes the files.
    Result<Done> discard();

    std::uint64_t size() const { return segment_.size(); }

  private:
    std::string path(std::string_view suffix) const;

    FileSystem& files_;
    const std::string folder_;
    const Offset base_offset_;
    const std::int32_t index_interval_bytes_;
    Segment segment_;
    std::uint64_t unsynced_bytes_ = 0;
};

}  // namespace kafka::storage
