// The bytes that a fuzzer chose, taken apart: small numbers first, the rest as it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"

namespace kafka {

class FuzzInput {
  public:
    FuzzInput(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

    // Zero when there are no bytes left.
    std::uint8_t byte() {
        if (bytes_.empty()) return 0;
        const std::uint8_t value = bytes_.front();
        bytes_ = bytes_.subspan(1);
        return value;
    }
    std::uint16_t two_bytes() {
        const auto high = static_cast<unsigned>(byte()) << 8;
        return static_cast<std::uint16_t>(high | byte());
    }
    // At most that many.
    BytesView take(std::size_t count) {
        const BytesView taken = bytes_.first(std::min(count, bytes_.size()));
        bytes_ = bytes_.subspan(taken.size());
        return taken;
    }
    BytesView rest() const { return bytes_; }

  private:
    BytesView bytes_;
};

}  // namespace kafka
