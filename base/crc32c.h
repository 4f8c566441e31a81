// CRC-32C (Castagnoli), the checksum of record batches and snapshots, at memory speed by ISA-L.
// Pure functions; any thread.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace kafka {

// The checksum of `bytes` that follow bytes whose checksum is `crc`:
// crc32c_extend(crc32c(a), b) is the checksum of a and b put together.
std::uint32_t crc32c_extend(std::uint32_t crc, BytesView bytes);

inline std::uint32_t crc32c(BytesView bytes) { return crc32c_extend(0, bytes); }

}  // namespace kafka
