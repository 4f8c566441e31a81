#include "protocol/record_reader.h"

#include "base/varint.h"

namespace kafka {

RecordReader::RecordReader(const RecordBatchView& batch)
    : batch_(batch), remaining_(batch.record_count()) {
    const std::optional<CompressionType> codec = batch.compression();
    if (!codec || remaining_ < 0) {
        failed_ = true;
    } else if (*codec == CompressionType::None) {
        ready_ = batch.records();
    } else {
        decompressor_ = make_decompressor(*codec, batch.records());
    }
}

const RecordView* RecordReader::next() {
    if (failed_) return nullptr;
    if (remaining_ == 0) {
        // Anything after the last record was not announced.
        if (fill(1) || failed_) return fail();
        return nullptr;
    }
    fill(kMaxVarintBytes);
    std::int32_t length = 0;
    const std::uint8_t* body = read_varint(ready_.data(), ready_.data() + ready_.size(), &length);
    if (failed_ || body == nullptr || length < 0) return fail();
    const auto wanted =
        static_cast<std::size_t>(body - ready_.data()) + static_cast<std::size_t>(length);
    if (!fill(wanted)) return fail();

    const std::size_t size = read_record(ready_, record_);
    if (size == 0) return fail();
    ready_ = ready_.subspan(size);
    --remaining_;
    return &record_;
}

// Sees to it that `wanted` bytes are ready; false when there are fewer before the end.
bool RecordReader::fill(std::size_t wanted) {
    if (ready_.size() >= wanted) return true;
    if (!decompressor_) return false;
    bool joined = false;  // `ready_` stands in `joined_`, and not in the decompressor's chunk
    while (ready_.size() < wanted) {
        if (!joined) {
            // The next chunk overwrites this one, so what is left of it moves away first. When it
            // is the end of `joined_` itself it moves within it.
            joined_ = Bytes(ready_.begin(), ready_.end());
            joined = true;
        }
        Result<BytesView> chunk = decompressor_->next();
        if (chunk.ok()) unpacked_bytes_ += static_cast<std::int64_t>(chunk->size());
        if (!chunk.ok() || unpacked_bytes_ > max_decompressed_bytes(batch_.size_in_bytes())) {
            failed_ = damaged_ = true;
            return false;
        }
        if (chunk->empty()) {
            ready_ = joined_;
            return false;
        }
        if (joined_.empty()) {
            ready_ = *chunk;
            joined = false;
        } else {
            joined_.insert(joined_.end(), chunk->begin(), chunk->end());
            ready_ = joined_;
        }
    }
    return true;
}

const RecordView* RecordReader::fail() {
    failed_ = true;
    ready_ = {};
    return nullptr;
}

}  // namespace kafka
