#include "protocol/record_outline.h"

#include <algorithm>

namespace kafka {

bool PackedRecords::fill() {
    if (!ready_.empty()) return true;
    if (damaged_) return false;
    Result<BytesView> chunk = decompressor_->next();
    if (chunk.ok()) {
        ready_ = *chunk;
        unpacked_bytes_ += static_cast<std::int64_t>(ready_.size());
    }
    damaged_ = !chunk.ok() || unpacked_bytes_ > most_bytes_;
    return !damaged_ && !ready_.empty();
}

template <class Unsigned>
bool PackedRecords::read_bits(Unsigned* bits) {
    *bits = 0;
    for (unsigned shift = 0; shift < sizeof(Unsigned) * 8; shift += 7) {
        if (!fill()) return false;
        const std::uint8_t byte = ready_.front();
        ready_ = ready_.subspan(1);
        *bits |= static_cast<Unsigned>(static_cast<Unsigned>(byte & 0x7f) << shift);
        if (byte < 0x80) return true;
    }
    return false;
}

bool PackedRecords::varint(std::int32_t* value) {
    if (const auto* end = ready_.data() + ready_.size(); ready_.size() >= kMaxVarintBytes) {
        const std::uint8_t* to = read_varint(ready_.data(), end, value);
        if (to == nullptr) return false;
        ready_ = {to, end};
        return true;
    }
    std::uint32_t bits = 0;
    const bool whole = read_bits(&bits);
    *value = un_zig_zag(bits);
    return whole;
}

bool PackedRecords::varlong(std::int64_t* value) {
    std::uint64_t bits = 0;
    const bool whole = read_bits(&bits);
    *value = un_zig_zag(bits);
    return whole;
}

bool PackedRecords::skip(std::int32_t count) {
    auto left = static_cast<std::size_t>(count);
    while (left > 0) {
        if (!fill()) return false;
        const std::size_t step = std::min(left, ready_.size());
        ready_ = ready_.subspan(step);
        left -= step;
    }
    return true;
}

bool read_outline(PackedRecords& source, RecordOutline& record) {
    PlainRecords ready(source.ready());
    if (!read_outline(ready, record)) return read_outline<PackedRecords>(source, record);
    source.advance(ready.position());
    return true;
}

}  // namespace kafka
