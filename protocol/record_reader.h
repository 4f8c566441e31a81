// Reads the records of a whole batch in order, compressed or not, with bounded memory: a compressed
// batch is unpacked chunk by chunk, and only a record that spans chunks is copied. Lives on one
// thread; the batch's bytes must outlive it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "protocol/record.h"
#include "protocol/record_batch.h"

namespace kafka {

// Unlike Kafka: a batch may not unpack to more than 64 MiB or 64 times its size, whichever is more.
// A producer's own limit on a request (max.request.size, 1 MiB by default) counts unpacked records,
// so no real batch comes near it, while a megabyte of hostile zstd unpacks to 30 GB.
constexpr std::int64_t max_decompressed_bytes(std::size_t compressed_bytes) {
    constexpr std::int64_t kAlways = std::int64_t{64} << 20;
    constexpr std::int64_t kRatio = 64;
    return std::max(kAlways, kRatio * static_cast<std::int64_t>(compressed_bytes));
}

class RecordReader {
  public:
    // A batch that names no known codec fails at the first next().
    explicit RecordReader(const RecordBatchView& batch);

    // The next record, valid until the next call; nullptr after the last one and on failure.
    const RecordView* next();
    // The bytes are not the records that the batch's header promises: more, fewer, or none at all.
    bool failed() const { return failed_; }
    // It failed because the codec could not unpack the bytes, or they grew beyond the limit.
    bool damaged() const { return damaged_; }

    Offset offset_of(const RecordView& record) const {
        return {wrapping_add(batch_.base_offset().value, record.offset_delta)};
    }
    TimestampMs timestamp_of(const RecordView& record) const {
        return batch_.record_timestamp(record.timestamp_delta_ms);
    }

  private:
    bool fill(std::size_t wanted);
    const RecordView* fail();

    RecordBatchView batch_;
    std::int32_t remaining_;
    std::unique_ptr<Decompressor> decompressor_;  // null: the records stand in `ready_` as they are
    BytesView ready_;                             // unpacked and not yet read
    Bytes joined_;                                // backs `ready_` while a record spans chunks
    std::int64_t unpacked_bytes_ = 0;
    RecordView record_;
    bool failed_ = false;
    bool damaged_ = false;
};

}  // namespace kafka
