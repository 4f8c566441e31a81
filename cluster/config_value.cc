// Reads and checks the value of a configuration key, with the words in which Kafka refuses it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "cluster/config_key.h"

namespace kafka::cluster {
namespace {

Error invalid(const ConfigKey& key, std::string_view value, std::string_view why) {
    return {ErrorCode::INVALID_CONFIG,
            fmt::format("Invalid value {} for configuration {}: {}", value, key.name, why)};
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string readable_list(std::string_view values) {
    return fmt::format("{}", fmt::join(split_list(values), ", "));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
    // Java takes a plus sign, which from_chars does not.
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// As Java prints a double: always with a fraction.
std::string double_text(double value) {
    std::string text = fmt::format("{}", value);
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
}

template <class Number>
std::optional<Error> check_range(const ConfigKey& key, Number value, std::string_view shown) {
    const auto min = static_cast<Number>(key.rule.min);
    const auto max = static_cast<Number>(key.rule.max);
    switch (key.rule.kind) {
        case ConfigRule::Kind::Range:
            if (value < min) {
                return invalid(key, shown, fmt::format("Value must be at least {}", key.rule.min));
            }
            if (value > max) {
                return invalid(key, shown,
                               fmt::format("Value must be no more than {}", key.rule.max));
            }
            return std::nullopt;
        case ConfigRule::Kind::RangeOrMinusOne:
            if ((value < min || value > max) && value != static_cast<Number>(-1)) {
                return invalid(key, shown,
                               fmt::format("Value must be between {} and {} or equal to -1",
                                           key.rule.min, key.rule.max));
            }
            return std::nullopt;
        case ConfigRule::Kind::Any:
        case ConfigRule::Kind::OneOf:
        case ConfigRule::Kind::OneOfIgnoringCase:
        case ConfigRule::Kind::ListOf:
        case ConfigRule::Kind::ReplicaList:
        case ConfigRule::Kind::OffsetReset:
            return std::nullopt;
    }
    return std::nullopt;
}

template <class Integer>
Result<std::string> parse_integer(const ConfigKey& key, std::string_view text) {
    const auto value = parse_number<Integer>(text);
    if (!value)
        return invalid(key, text, fmt::format("Not a number of type {}", name_of(key.type)));
    std::string shown = std::to_string(*value);
    if (auto error = check_range<std::int64_t>(key, *value, shown)) return *error;
    return shown;
}

Result<std::string> parse_double(const ConfigKey& key, std::string_view text) {
    const auto value = parse_number<double>(text);
    if (!value) return invalid(key, text, "Not a number of type DOUBLE");
    std::string shown = double_text(*value);
    if (key.rule.kind == ConfigRule::Kind::Any) return shown;
    if (auto error = check_range<double>(key, *value, shown)) return *error;
    return shown;
}

Result<std::string> parse_boolean(const ConfigKey& key, std::string_view text) {
    std::string lower = lower_case(text);
    if (lower != "true" && lower != "false") {
        return invalid(key, text, "Expected value to be either true or false");
    }
    return lower;
}

// latest, earliest, or by_duration: and an ISO 8601 duration such as P1DT2H3M4.5S.
bool is_offset_reset(std::string_view text) {
    if (text == "latest" || text == "earliest") return true;
    constexpr std::string_view kPrefix = "by_duration:P";
    if (!text.starts_with(kPrefix)) return false;
    text.remove_prefix(kPrefix.size());
    std::string_view units = "DTHMS";
    bool any_amount = false;
    while (!text.empty()) {
        const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
        text.remove_prefix(digits);
        if (text.empty()) return false;
        const std::size_t unit = units.find(text[0]);
        if (unit == std::string_view::npos) return false;
        const bool is_separator = text[0] == 'T';
        if (is_separator != (digits == 0)) return false;
        any_amount = !is_separator;
        units.remove_prefix(unit + 1);
        text.remove_prefix(1);
    }
    return any_amount;
}

Result<std::string> parse_string(const ConfigKey& key, std::string_view text) {
    const std::vector<std::string> allowed = split_list(key.rule.values);
    if (key.rule.kind == ConfigRule::Kind::OneOf && !std::ranges::count(allowed, text)) {
        return invalid(key, text,
                       fmt::format("String must be one of: {}", readable_list(key.rule.values)));
    }
    if (key.rule.kind == ConfigRule::Kind::OneOfIgnoringCase) {
        const std::string lower = lower_case(text);
        const bool found = std::ranges::any_of(
            allowed, [&](const std::string& each) { return lower_case(each) == lower; });
        if (!found) {
            return invalid(key, text,
                           fmt::format("String must be one of (case insensitive): {}",
                                       readable_list(key.rule.values)));
        }
    }
    if (key.rule.kind == ConfigRule::Kind::OffsetReset && !is_offset_reset(text)) {
        return invalid(key, text,
                       fmt::format("Invalid value `{}` for configuration {}. The value must be "
                                   "either 'earliest', 'latest' or of the format "
                                   "'by_duration:<PnDTnHnMn.nS>'.",
                                   text, key.name));
    }
    return std::string(text);
}

bool is_replica(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    const auto is_number = [](std::string_view part) {
        return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    return is_number(text.substr(0, colon)) && is_number(text.substr(colon + 1));
}

Result<std::string> parse_list(const ConfigKey& key, std::string_view text) {
    std::vector<std::string> elements;
    for (std::string& element : split_list(text)) {
        if (element.empty() && key.rule.kind == ConfigRule::Kind::ListOf) {
            return Error{ErrorCode::INVALID_CONFIG,
                         fmt::format("Configuration '{}' values must not be empty.", key.name)};
        }
        if (!std::ranges::count(elements, element)) elements.push_back(std::move(element));
    }
    if (key.rule.kind == ConfigRule::Kind::ListOf) {
        const std::vector<std::string> allowed = split_list(key.rule.values);
        for (const std::string& element : elements) {
            if (std::ranges::count(allowed, element)) continue;
            return invalid(
                key, element,
                fmt::format("String must be one of: {}", readable_list(key.rule.values)));
        }
    }
    if (key.rule.kind == ConfigRule::Kind::ReplicaList) {
        const bool all = elements.size() == 1 && elements[0] == "*";
        if (!all && !std::ranges::all_of(elements, is_replica)) {
            return invalid(
                key, fmt::format("[{}]", fmt::join(elements, ", ")),
                fmt::format("{} must be the literal '*' or a list of replicas in the following "
                            "format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
                            key.name));
        }
    }
    return join_list(elements);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split_list(std::string_view value) {
    std::vector<std::string> elements;
    value = trimmed(value);
    if (value.empty()) return elements;
    while (true) {
        const auto comma = value.find(',');
        elements.emplace_back(trimmed(value.substr(0, comma)));
        if (comma == std::string_view::npos) return elements;
        value.remove_prefix(comma + 1);
    }
}

std::string join_list(const std::vector<std::string>& elements) {
    return fmt::format("{}", fmt::join(elements, ","));
}

Result<std::string> parse_config(const ConfigKey& key, std::string_view value) {
    const std::string_view text = trimmed(value);
    switch (key.type) {
        case ConfigType::BOOLEAN:
            return parse_boolean(key, text);
        case ConfigType::INT:
            return parse_integer<std::int32_t>(key, text);
        case ConfigType::SHORT:
            return parse_integer<std::int16_t>(key, text);
        case ConfigType::LONG:
            return parse_integer<std::int64_t>(key, text);
        case ConfigType::DOUBLE:
            return parse_double(key, text);
        case ConfigType::LIST:
            return parse_list(key, text);
        case ConfigType::STRING:
            return parse_string(key, text);
        case ConfigType::CLASS:
        case ConfigType::PASSWORD:
            return std::string(text);
    }
    return std::string(text);
}

}  // namespace kafka::cluster
