#include "storage/old_message.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>

#include "base/bytes.h"

namespace kafka::storage {
namespace {

// Offset, size of what follows it, checksum of what follows that, magic, attributes …
constexpr std::size_t kSize = 8;
constexpr std::size_t kSizeEnd = 12;
constexpr std::size_t kChecksum = 12;
constexpr std::size_t kMagic = 16;
constexpr std::size_t kHeaderBytes = 18;
constexpr std::int8_t kNewest = 1;
constexpr std::size_t kPieceBytes = 64 << 10;

}  // namespace

Result<bool> finds_old_message(const File& file, std::uint32_t position, std::uint32_t end) {
    const std::size_t room = end - position;
    std::uint8_t header[kHeaderBytes];
    if (room < sizeof header) return false;
    auto got = file.read_at(position, header);
    if (!got) return got.error();
    if (*got < sizeof header) return false;
    const std::size_t size = kSizeEnd + load_be<std::uint32_t>(header + kSize);
    const auto magic = load_be<std::int8_t>(header + kMagic);
    if (size < kHeaderBytes || size > room || magic < 0 || magic > kNewest) return false;

    uLong checksum = ::crc32(0, nullptr, 0);
    Bytes piece(std::min(size, kPieceBytes));
    for (std::size_t at = kMagic; at < size;) {
        const MutableBytes into = MutableBytes(piece).first(std::min(piece.size(), size - at));
        got = file.read_at(position + at, into);
        if (!got) return got.error();
        if (*got < into.size()) return false;
        checksum = ::crc32(checksum, into.data(), static_cast<uInt>(into.size()));
        at += into.size();
    }
    return checksum == load_be<std::uint32_t>(header + kChecksum);
}

}  // namespace kafka::storage
