#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace kafka {
namespace {
// ISA-L counts in int. A multiple of the cache line keeps every piece as aligned as the first.
constexpr std::size_t kLongestPiece = std::size_t{1} << 30;
}  // namespace

std::uint32_t crc32c_extend(std::uint32_t crc, BytesView bytes) {
    // ISA-L leaves both inversions of the register to its caller.
    std::uint32_t state = ~crc;
    while (!bytes.empty()) {
        const std::size_t piece = std::min(bytes.size(), kLongestPiece);
        // Its signature is older than const; it only reads.
        auto* at = const_cast<unsigned char*>(bytes.data());
        state = crc32_iscsi(at, static_cast<int>(piece), state);
        bytes = bytes.subspan(piece);
    }
    return ~state;
}

}  // namespace kafka
