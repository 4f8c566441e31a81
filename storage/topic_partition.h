// The name of a partition, as text the name of its folder: "orders-7".
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/gen/types.h"

namespace kafka {

struct TopicPartition {
    std::string topic;
    PartitionIndex partition;

    auto operator<=>(const TopicPartition&) const = default;

    std::string to_string() const { return topic + "-" + std::to_string(partition.value); }
    // Nothing when the text does not end in '-' and a number, or has no topic before it.
    static std::optional<TopicPartition> parse(std::string_view text);
};

}  // namespace kafka

template <>
struct std::hash<kafka::TopicPartition> {
    std::size_t operator()(const kafka::TopicPartition& tp) const noexcept {
        const auto index = static_cast<std::size_t>(tp.partition.value);
        return std::hash<std::string>{}(tp.topic) ^ (index * 0x9e3779b97f4a7c15u);
    }
};
