#include "protocol/encoder.h"

#include <algorithm>
#include <new>

namespace kafka {

std::size_t Encoder::wire_size() const {
    std::size_t total = size_;
    for (const Splice& splice : splices_) total += splice.records.size();
    return total;
}

void Encoder::grow(std::size_t count) {
    constexpr std::size_t kFirst = 256;
    const std::size_t wanted = std::max({size_ + count, capacity_ * 2, kFirst});
    void* memory = std::realloc(buffer_.get(), wanted);
    if (!memory) throw std::bad_alloc();
    static_cast<void>(buffer_.release());
    buffer_.reset(static_cast<std::uint8_t*>(memory));
    capacity_ = wanted;
}

void Encoder::swap(Encoder& other) noexcept {
    std::swap(buffer_, other.buffer_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    std::swap(splices_, other.splices_);
    std::swap(error_codes_, other.error_codes_);
    std::swap(failure_, other.failure_);
}

Encoder::Tag Encoder::begin_tag(Tags tags, std::uint32_t number) {
    CHECK(buffer_[tags.count_at] < 0x7f, "more tagged fields than one byte counts");
    ++buffer_[tags.count_at];
    unsigned_varint(number);
    const Tag tag{size_};
    *extend(1) = 0;
    return tag;
}

void Encoder::end_tag(Tag tag) {
    const std::size_t body_at = tag.size_at + 1;
    const std::size_t body_size = size_ - body_at;
    CHECK(splices_.empty() || splices_.back().at < body_at, "records inside a tagged field");
    std::size_t extra = 0;
    for (std::size_t rest = body_size >> 7; rest > 0; rest >>= 7) ++extra;
    if (extra > 0) {
        extend(extra);
        std::uint8_t* body = buffer_.get() + body_at;
        std::memmove(body + extra, body, body_size);
    }
    std::uint8_t* at = buffer_.get() + tag.size_at;
    std::size_t rest = body_size;
    for (; rest >= 0x80; rest >>= 7) *at++ = static_cast<std::uint8_t>(rest | 0x80);
    *at = static_cast<std::uint8_t>(rest);
}

}  // namespace kafka
