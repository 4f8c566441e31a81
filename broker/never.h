// Kafka's way to say never is the largest number, which no clock can add to the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kafka::broker {

// Longer than this no process runs.
constexpr std::chrono::milliseconds kNever = std::chrono::hours(24 * 365 * 100);

// What a setting asks for, as a time that can be waited for.
constexpr std::chrono::milliseconds delay_of(std::int64_t ms) {
    return std::min(std::chrono::milliseconds(ms), kNever);
}

}  // namespace kafka::broker
