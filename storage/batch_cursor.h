// Walks the batches of a log file by their headers, without reading their records. Small batches
// are read a block at a time, big ones are hopped over. An object on the stack of whoever walks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/file_system.h"

namespace kafka::storage {

class BatchCursor {
  public:
    // Walks [position, end) of `file`, which must outlive the cursor.
    BatchCursor(const File& file, std::uint32_t position, std::uint32_t end)
        : file_(file), next_(position), end_(end) {}

    // The next batch's header, valid until the next call. Nothing at the end, or before what cannot
    // be a whole batch: next_position() tells which.
    Result<std::optional<RecordBatchView>> next();
    // Of the batch that next() returned, and of the one after it.
    std::uint32_t position() const { return position_; }
    std::uint32_t next_position() const { return next_; }
    bool at_end() const { return next_ == end_; }

    // The batch that next() returned, whole, in `into`.
    Result<RecordBatchView> load(Bytes& into) const;

  private:
    Result<Done> fill(std::size_t wanted);

    static constexpr std::size_t kBlockBytes = 4096;
    static constexpr std::size_t kSmallBatchBytes = 2048;

    const File& file_;
    std::uint32_t position_ = 0;
    std::uint32_t next_;
    std::uint32_t end_;
    std::size_t previous_size_ = kSmallBatchBytes;
    std::uint32_t block_position_ = 0;
    std::size_t block_size_ = 0;
    std::array<std::uint8_t, kBlockBytes> block_;
};

// Can these header bytes be a batch that fits into `room` bytes?
bool is_plausible(const RecordBatchView& header, std::uint64_t room);

}  // namespace kafka::storage
