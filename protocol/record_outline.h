// The outline of a record: its deltas and sizes, without looking at key, value or headers. What has
// to be known to let a batch in; ten times cheaper than reading it, and from a compressed batch it
// needs no more memory than a chunk. Lives on one thread; the bytes must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/varint.h"
#include "protocol/compression.h"
#include "protocol/record_reader.h"

namespace kafka {

struct RecordOutline {
    std::int32_t body_bytes = 0;
    std::int64_t timestamp_delta_ms = 0;
    std::int32_t offset_delta = 0;
    std::int32_t key_bytes = 0;    // negative: null
    std::int32_t value_bytes = 0;  // negative: null
};

// Records that stand in memory as they are.
class PlainRecords {
  public:
    explicit PlainRecords(BytesView bytes)
        : at_(bytes.data()), begin_(bytes.data()), end_(bytes.data() + bytes.size()) {}

    // Each moves on and returns false where the bytes end or make no sense; nothing is read then.
    bool varint(std::int32_t* value) { return move_to(read_varint(at_, end_, value)); }
    bool varlong(std::int64_t* value) { return move_to(read_varlong(at_, end_, value)); }
    bool skip(std::int32_t count) {
        if (count > end_ - at_) return false;
        at_ += count;
        return true;
    }
    std::int64_t position() const { return at_ - begin_; }
    bool at_end() { return at_ == end_; }
    bool damaged() const { return false; }

  private:
    bool move_to(const std::uint8_t* to) {
        if (to == nullptr) return false;
        at_ = to;
        return true;
    }

    const std::uint8_t* at_;
    const std::uint8_t* begin_;
    const std::uint8_t* end_;
};

// Records that are unpacked as they are walked over.
class PackedRecords {
  public:
    PackedRecords(CompressionType codec, BytesView compressed)
        : PackedRecords(codec, compressed, max_decompressed_bytes(compressed.size())) {}
    // Beyond `most_bytes` unpacked ones the rest is taken for damaged.
    PackedRecords(CompressionType codec, BytesView compressed, std::int64_t most_bytes)
        : decompressor_(make_decompressor(codec, compressed)), most_bytes_(most_bytes) {}

    bool varint(std::int32_t* value);
    bool varlong(std::int64_t* value);
    bool skip(std::int32_t count);
    std::int64_t position() const {
        return unpacked_bytes_ - static_cast<std::int64_t>(ready_.size());
    }
    bool at_end() { return !fill() && !damaged_; }
    // The codec could not unpack the bytes, or they grew beyond max_decompressed_bytes().
    bool damaged() const { return damaged_; }

    // What is unpacked already, and how much of it was read elsewhere.
    BytesView ready() const { return ready_; }
    void advance(std::int64_t count) { ready_ = ready_.subspan(static_cast<std::size_t>(count)); }

  private:
    // At least one byte is ready; false at the end.
    bool fill();
    template <class Unsigned>
    bool read_bits(Unsigned* bits);

    std::unique_ptr<Decompressor> decompressor_;
    BytesView ready_;
    std::int64_t most_bytes_;
    std::int64_t unpacked_bytes_ = 0;
    bool damaged_ = false;
};

// Walks over the next record of `source`. False when there is none, or when its parts do not add up
// to its length.
template <class Source>
bool read_outline(Source& source, RecordOutline& record) {
    if (!source.varint(&record.body_bytes) || record.body_bytes < 0) return false;
    const std::int64_t start = source.position();
    constexpr std::int32_t kAttributeBytes = 1;
    std::int32_t header_count = 0;
    if (!source.skip(kAttributeBytes) || !source.varlong(&record.timestamp_delta_ms) ||
        !source.varint(&record.offset_delta)) {
        return false;
    }
    const auto skip_nullable = [&source](std::int32_t* bytes) {
        return source.varint(bytes) && (*bytes <= 0 || source.skip(*bytes));
    };
    if (!skip_nullable(&record.key_bytes) || !skip_nullable(&record.value_bytes)) return false;
    if (!source.varint(&header_count) || header_count < 0) return false;
    for (std::int32_t i = 0; i < header_count; ++i) {
        std::int32_t key_bytes = 0;
        std::int32_t value_bytes = 0;
        if (!skip_nullable(&key_bytes) || key_bytes < 0 || !skip_nullable(&value_bytes))
            return false;
    }
    return source.position() - start == record.body_bytes;
}

// Most records stand whole in what is unpacked: those are as cheap as plain ones.
bool read_outline(PackedRecords& source, RecordOutline& record);

}  // namespace kafka
