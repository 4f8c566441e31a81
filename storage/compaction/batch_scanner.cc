#include "storage/compaction/batch_scanner.h"

#include <algorithm>

#include "storage/batch_cursor.h"

namespace kafka::storage {

Error BatchScanner::corrupt(const char* how) const {
    return {ErrorCode::CORRUPT_MESSAGE,
            what_ + " has " + how + " at position " + std::to_string(next_)};
}

// Sees to it that `wanted` bytes from the next batch on are in the buffer.
Result<Done> BatchScanner::fill(std::size_t wanted) {
    const std::size_t used = next_ - buffer_position_;
    const std::size_t kept = buffered_ - std::min(used, buffered_);
    if (kept >= wanted) return Done{};
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(buffered_ - kept), kept,
                buffer_.begin());
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    const std::size_t room = std::min<std::size_t>(buffer_.size(), size_ - next_) - kept;
    auto got = file_.read_at(next_ + kept, MutableBytes(buffer_).subspan(kept, room));
    if (!got) return got.error();
    buffer_position_ = next_;
    buffered_ = kept + *got;
    const std::size_t end = buffer_position_ + buffered_;
    file_.begin_to_fetch_pages(end, std::min<std::size_t>(buffer_.size(), size_ - end));
    if (buffered_ < wanted) return corrupt("fewer bytes than it had");
    return Done{};
}

Result<std::optional<RecordBatchView>> BatchScanner::next() {
    if (at_end()) return std::optional<RecordBatchView>();
    if (size_ - next_ < batch_layout::kHeaderBytes) return corrupt("no whole batch");
    if (auto done = fill(batch_layout::kHeaderBytes); !done) return done.error();
    const auto from_next = [this] {
        const std::size_t at = next_ - buffer_position_;
        return RecordBatchView(BytesView(buffer_).subspan(at, buffered_ - at));
    };
    const RecordBatchView header = from_next();
    if (!is_plausible(header, size_ - next_)) return corrupt("no record batch");
    const std::size_t size = header.size_in_bytes();
    if (auto done = fill(size); !done) return done.error();
    const RecordBatchView batch = from_next();
    if (!batch.crc_matches()) return corrupt("a batch with a wrong checksum");
    next_ += static_cast<std::uint32_t>(size);
    return std::optional(batch);
}

}  // namespace kafka::storage
