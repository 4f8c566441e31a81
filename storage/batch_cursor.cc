#include "storage/batch_cursor.h"

#include <algorithm>
#include <string>

namespace kafka::storage {

bool is_plausible(const RecordBatchView& header, std::uint64_t room) {
    return header.magic() == kRecordBatchMagic &&
           header.size_in_bytes() >= batch_layout::kHeaderBytes && header.size_in_bytes() <= room &&
           header.base_offset().value >= 0 && header.last_offset_delta() >= 0;
}

Result<Done> BatchCursor::fill(std::size_t wanted) {
    const std::size_t count = std::min<std::size_t>(wanted, end_ - next_);
    auto got = file_.read_at(next_, MutableBytes(block_.data(), count));
    if (!got) return got.error();
    block_position_ = next_;
    block_size_ = *got;
    return Done{};
}

Result<std::optional<RecordBatchView>> BatchCursor::next() {
    const std::optional<RecordBatchView> nothing;
    if (end_ - next_ < batch_layout::kHeaderBytes) return nothing;
    const bool in_block = next_ >= block_position_ &&
                          next_ + batch_layout::kHeaderBytes <= block_position_ + block_size_;
    if (!in_block) {
        const bool small = previous_size_ < kSmallBatchBytes;
        auto done = fill(small ? kBlockBytes : batch_layout::kHeaderBytes);
        if (!done) return done.error();
        if (block_size_ < batch_layout::kHeaderBytes) return nothing;
    }
    const RecordBatchView header(
        BytesView(block_).subspan(next_ - block_position_, batch_layout::kHeaderBytes));
    if (!is_plausible(header, end_ - next_)) return nothing;
    previous_size_ = header.size_in_bytes();
    position_ = next_;
    next_ += static_cast<std::uint32_t>(header.size_in_bytes());
    return std::optional<RecordBatchView>(header);
}

Result<RecordBatchView> BatchCursor::load(Bytes& into) const {
    into.resize(next_ - position_);
    auto got = file_.read_at(position_, into);
    if (!got) return got.error();
    if (*got < into.size()) {
        return Error{ErrorCode::KAFKA_STORAGE_ERROR,
                     "the log became shorter at position " + std::to_string(position_)};
    }
    return RecordBatchView(into);
}

}  // namespace kafka::storage
