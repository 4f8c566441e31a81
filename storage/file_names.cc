#include "storage/file_names.h"

#include <charconv>

#include "storage/topic_partition.h"

namespace kafka {

std::optional<TopicPartition> TopicPartition::parse(std::string_view text) {
    const std::size_t dash = text.rfind('-');
    if (dash == std::string_view::npos || dash == 0) return std::nullopt;
    const std::string_view digits = text.substr(dash + 1);
    PartitionIndex partition;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), partition.value);
    if (error != std::errc{} || end != digits.data() + digits.size() || partition.value < 0) {
        return std::nullopt;
    }
    return TopicPartition{std::string(text.substr(0, dash)), partition};
}

}  // namespace kafka

namespace kafka::storage {
namespace {
constexpr std::size_t kDigits = 20;
}

std::string file_name(Offset base_offset, std::string_view suffix) {
    const std::string digits = std::to_string(base_offset.value);
    std::string name(kDigits - digits.size(), '0');
    return name.append(digits).append(suffix);
}

std::string file_path(const std::string& folder, Offset base_offset, std::string_view suffix) {
    return folder + "/" + file_name(base_offset, suffix);
}

std::optional<Offset> parse_file_name(std::string_view name, std::string_view suffix) {
    if (name.size() != kDigits + suffix.size() || name.substr(kDigits) != suffix) {
        return std::nullopt;
    }
    Offset offset;
    const auto [end, error] = std::from_chars(name.data(), name.data() + kDigits, offset.value);
    if (error != std::errc{} || end != name.data() + kDigits || offset.value < 0) {
        return std::nullopt;
    }
    return offset;
}

}  // namespace kafka::storage
