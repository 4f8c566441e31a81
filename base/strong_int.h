// An integer with a meaning: an Offset cannot be passed for a LeaderEpoch. An aggregate, so that
// `Offset{5}` and `{.epoch = {4}}` both read well; no conversion back except `.value`.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace kafka {

template <class Tag, class Rep>
struct StrongInt {
    using rep = Rep;
    Rep value{};

    constexpr auto operator<=>(const StrongInt&) const = default;

    // The one that follows.
    [[nodiscard]] constexpr StrongInt next() const { return {static_cast<Rep>(value + 1)}; }
    [[nodiscard]] constexpr StrongInt previous() const { return {static_cast<Rep>(value - 1)}; }

    constexpr StrongInt& operator+=(Rep distance) {
        value = static_cast<Rep>(value + distance);
        return *this;
    }
    friend constexpr StrongInt operator+(StrongInt a, Rep distance) { return a += distance; }
    friend constexpr StrongInt operator-(StrongInt a, Rep distance) {
        return {static_cast<Rep>(a.value - distance)};
    }
    // The distance between two of a kind is a plain number.
    friend constexpr Rep operator-(StrongInt a, StrongInt b) {
        return static_cast<Rep>(a.value - b.value);
    }
};

}  // namespace kafka

template <class Tag, class Rep>
struct std::hash<kafka::StrongInt<Tag, Rep>> {
    std::size_t operator()(kafka::StrongInt<Tag, Rep> v) const noexcept {
        return std::hash<Rep>{}(v.value);
    }
};
