#include "protocol/registry/round_trip.h"

#include <charconv>
#include <optional>

#include "protocol/registry/message_registry.h"

namespace kafka {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    Bytes bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return bytes;
}

std::string to_hex(BytesView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::optional<std::int16_t> parse_version(std::string_view text) {
    std::int16_t version = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, version);
    if (error != std::errc() || at != end) return std::nullopt;
    return version;
}

// The text before the next tab, which is removed from `rest`.
std::string_view next_column(std::string_view& rest) {
    const auto tab = rest.find('\t');
    const std::string_view column = rest.substr(0, tab);
    rest.remove_prefix(tab == std::string_view::npos ? rest.size() : tab + 1);
    return column;
}

std::string round_trip(const MessageType& type, std::int16_t version, Bytes bytes) {
    Decoder decoder(bytes);
    Encoder encoder;
    type.round_trip(decoder, encoder, version);
    if (decoder.failed()) return "error: not a " + std::string(type.name);
    if (decoder.remaining() > 0) {
        return "error: " + std::to_string(decoder.remaining()) + " bytes are left over";
    }
    if (encoder.failed()) return std::string("error: ") + encoder.failure();
    return to_hex(encoder.bytes());
}

}  // namespace

std::string round_trip_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string name(next_column(line));
    const auto version = parse_version(next_column(line));
    const auto bytes = from_hex(next_column(line));
    const MessageType* type = find_message_type(name);
    if (!type) return "error: no message is called \"" + name + "\"";
    if (!version || *version < type->min_version || *version > type->max_version) {
        return "error: " + name + " has versions " + std::to_string(type->min_version) + " to " +
               std::to_string(type->max_version);
    }
    if (!bytes) return "error: the third column is not hexadecimal";
    return round_trip(*type, *version, *bytes);
}

}  // namespace kafka
