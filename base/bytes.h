// Runs of bytes, and integers in network byte order inside them.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace kafka {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

namespace detail {
template <std::integral T>
constexpr T swap_if_little(T v) {
    using U = std::make_unsigned_t<T>;
    if constexpr (std::endian::native == std::endian::big || sizeof(T) == 1) return v;
    if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(static_cast<U>(v)));
    if constexpr (sizeof(T) == 4) return static_cast<T>(__builtin_bswap32(static_cast<U>(v)));
    if constexpr (sizeof(T) == 8) return static_cast<T>(__builtin_bswap64(static_cast<U>(v)));
}
}  // namespace detail

// The caller has checked that sizeof(T) bytes are there.
template <std::integral T>
T load_be(const std::uint8_t* at) {
    T v;
    std::memcpy(&v, at, sizeof v);
    return detail::swap_if_little(v);
}

template <std::integral T>
void store_be(std::uint8_t* at, T v) {
    v = detail::swap_if_little(v);
    std::memcpy(at, &v, sizeof v);
}

}  // namespace kafka
