// Small text files, read whole and taken apart line by line.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace kafka::storage {

inline std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Takes what stands before the next `end`, and that; all of it when there is none.
inline std::string_view take_until(std::string_view& text, char end) {
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

template <std::integral Integer>
std::optional<Integer> parse_number(std::string_view text) {
    Integer value = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || at != end) return std::nullopt;
    return value;
}

}  // namespace kafka::storage
