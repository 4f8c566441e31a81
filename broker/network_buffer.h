// Memory that bytes from the network are read into and requests are handled in, without a copy. It
// is counted: the shard's scratch buffer is reused after a read unless a request that waits still
// views it. Buffers and references live on one shard's thread, so the count is a plain integer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace kafka::broker {

class BufferRef {
  public:
    BufferRef() = default;
    // Not zeroed: pages that nothing was read into cost nothing.
    static BufferRef allocate(std::size_t capacity) {
        auto* header = static_cast<Header*>(std::malloc(sizeof(Header) + capacity));
        CHECK(header != nullptr, "memory is left");
        *header = {.references = 1, .capacity = capacity};
        BufferRef made;
        made.header_ = header;
        return made;
    }
    BufferRef(const BufferRef& other) : header_(other.header_) {
        if (header_) ++header_->references;
    }
    BufferRef(BufferRef&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
    BufferRef& operator=(BufferRef other) noexcept {
        std::swap(header_, other.header_);
        return *this;
    }
    ~BufferRef() {
        if (header_ && --header_->references == 0) std::free(header_);
    }

    explicit operator bool() const { return header_ != nullptr; }
    bool is_shared() const { return header_ && header_->references > 1; }
    std::uint8_t* data() const { return reinterpret_cast<std::uint8_t*>(header_ + 1); }
    std::size_t capacity() const { return header_ ? header_->capacity : 0; }

  private:
    struct alignas(16) Header {
        std::size_t references;
        std::size_t capacity;
    };
    Header* header_ = nullptr;
};

}  // namespace kafka::broker
