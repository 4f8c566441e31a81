// Sixteen bytes that name a topic, a directory or a member, with Kafka's text form: URL-safe base64
// without padding, 22 characters.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kafka {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    auto operator<=>(const Uuid&) const = default;

    bool is_zero() const { return *this == Uuid{}; }
    std::string to_string() const;

    // Nothing when the text is not the base64 of sixteen bytes. '=' padding may follow, as in
    // Kafka.
    static std::optional<Uuid> parse(std::string_view text);

    // A version 4 uuid from the system's randomness. Like Kafka's, its text never starts with '-'
    // (it would read as an option on a command line), and it is neither zero nor one.
    static Uuid random();
};

}  // namespace kafka

template <>
struct std::hash<kafka::Uuid> {
    std::size_t operator()(const kafka::Uuid& id) const noexcept;
};
