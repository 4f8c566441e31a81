// Variable-length integers as Kafka writes them: seven bits a byte, least significant first; signed
// ones zig-zag, so that small negatives stay short. Decoding never reads past `end`; bits beyond
// the width of the type are dropped, as Kafka does. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace kafka {

inline constexpr std::size_t kMaxVarintBytes = 5;
inline constexpr std::size_t kMaxVarlongBytes = 10;

constexpr std::uint32_t zig_zag(std::int32_t v) {
    return (static_cast<std::uint32_t>(v) << 1) ^ static_cast<std::uint32_t>(v >> 31);
}
constexpr std::uint64_t zig_zag(std::int64_t v) {
    return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int32_t un_zig_zag(std::uint32_t v) {
    return static_cast<std::int32_t>((v >> 1) ^ (~(v & 1) + 1));
}
constexpr std::int64_t un_zig_zag(std::uint64_t v) {
    return static_cast<std::int64_t>((v >> 1) ^ (~(v & 1) + 1));
}

namespace detail {
template <class Unsigned>
const std::uint8_t* read_long_varint(const std::uint8_t* at, const std::uint8_t* end,
                                     Unsigned* value) {
    Unsigned bits = 0;
    for (unsigned shift = 0; shift < sizeof(Unsigned) * 8; shift += 7) {
        if (at == end) return nullptr;
        const std::uint8_t byte = *at++;
        bits |= static_cast<Unsigned>(static_cast<Unsigned>(byte & 0x7f) << shift);
        if (byte < 0x80) {
            *value = bits;
            return at;
        }
    }
    return nullptr;
}
}  // namespace detail

// Each reads one integer from [at, end) into `value` and returns where it ended, or nullptr when
// the bytes end inside it or it is longer than its type allows. Most are one byte: that path is
// inline.
inline const std::uint8_t* read_unsigned_varint(const std::uint8_t* at, const std::uint8_t* end,
                                                std::uint32_t* value) {
    if (at != end && *at < 0x80) {
        *value = *at;
        return at + 1;
    }
    return detail::read_long_varint(at, end, value);
}

inline const std::uint8_t* read_varint(const std::uint8_t* at, const std::uint8_t* end,
                                       std::int32_t* value) {
    std::uint32_t bits = 0;
    at = read_unsigned_varint(at, end, &bits);
    *value = un_zig_zag(bits);
    return at;
}

inline const std::uint8_t* read_varlong(const std::uint8_t* at, const std::uint8_t* end,
                                        std::int64_t* value) {
    std::uint64_t bits = 0;
    if (at != end && *at < 0x80) {
        bits = *at++;
    } else {
        at = detail::read_long_varint(at, end, &bits);
    }
    *value = un_zig_zag(bits);
    return at;
}

inline std::size_t unsigned_varint_size(std::uint64_t v) {
    return v == 0 ? 1 : (static_cast<std::size_t>(std::bit_width(v)) + 6) / 7;
}
inline std::size_t varint_size(std::int32_t v) { return unsigned_varint_size(zig_zag(v)); }
inline std::size_t varlong_size(std::int64_t v) { return unsigned_varint_size(zig_zag(v)); }

inline void append_unsigned_varint(Bytes& out, std::uint64_t v) {
    for (; v >= 0x80; v >>= 7) out.push_back(static_cast<std::uint8_t>(v | 0x80));
    out.push_back(static_cast<std::uint8_t>(v));
}
inline void append_varint(Bytes& out, std::int32_t v) { append_unsigned_varint(out, zig_zag(v)); }
inline void append_varlong(Bytes& out, std::int64_t v) { append_unsigned_varint(out, zig_zag(v)); }

}  // namespace kafka
