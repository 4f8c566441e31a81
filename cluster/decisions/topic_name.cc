#include <fmt/format.h>

#include "cluster/decisions.h"

namespace kafka::cluster {
namespace {

constexpr std::size_t kMaxTopicName = 249;  // leaves room for "-<partition>" in a file's name

bool is_legal(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

Error invalid(std::string why) {
    return {ErrorCode::INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + why};
}

}  // namespace

std::optional<Error> check_topic_name(std::string_view name) {
    if (name.empty()) return invalid("the empty string is not allowed");
    if (name == "." || name == "..") return invalid(fmt::format("'{}' is not allowed", name));
    if (name.size() > kMaxTopicName) {
        return invalid(fmt::format("the length of '{}' is longer than the max allowed length {}",
                                   name, kMaxTopicName));
    }
    for (const char c : name) {
        if (is_legal(c)) continue;
        return invalid(
            fmt::format("'{}' contains one or more characters other than ASCII "
                        "alphanumerics, '.', '_' and '-'",
                        name));
    }
    return std::nullopt;
}

}  // namespace kafka::cluster
