// Reads the batches of a log file one after another, whole, in big pieces. For compaction, which
// looks at every byte once; readers that hop have BatchCursor. Lives on one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/file_system.h"

namespace kafka::storage {

class BatchScanner {
  public:
    // Reads [0, size) of `file` through `buffer`, which grows to the biggest batch. Both must
    // outlive the scanner. `what` names the file in errors.
    BatchScanner(const File& file, std::uint32_t size, Bytes& buffer, std::string what)
        : file_(file), size_(size), buffer_(buffer), what_(std::move(what)) {}

    // The next batch, valid until the next call, its checksum verified; nothing after the last.
    // CORRUPT_MESSAGE for what is no batch, or a damaged one.
    Result<std::optional<RecordBatchView>> next();
    bool at_end() const { return next_ == size_; }

  private:
    Result<Done> fill(std::size_t wanted);
    Error corrupt(const char* how) const;

    const File& file_;
    std::uint32_t size_;
    Bytes& buffer_;
    std::string what_;
    std::uint32_t next_ = 0;             // position of the next batch
    std::uint32_t buffer_position_ = 0;  // of the buffer's first byte
    std::size_t buffered_ = 0;
};

}  // namespace kafka::storage
