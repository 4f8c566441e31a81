#include "base/uuid.h"

#include <sys/random.h>

#include "base/bytes.h"
#include "base/check.h"

namespace kafka {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTextSize = 22;

}  // namespace

std::string Uuid::to_string() const {
    std::string text;
    text.reserve(kTextSize);
    std::uint32_t pending = 0;
    int pending_bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = pending << 8 | byte;
        pending_bits += 8;
        while (pending_bits >= 6) {
            pending_bits -= 6;
            text += kAlphabet[pending >> pending_bits & 63];
        }
    }
    text += kAlphabet[pending << (6 - pending_bits) & 63];
    return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() == kTextSize + 2 && text.ends_with("==")) text.remove_suffix(2);
    if (text.size() != kTextSize) return std::nullopt;
    Uuid id;
    std::size_t filled = 0;
    std::uint32_t pending = 0;
    int pending_bits = 0;
    for (const char c : text) {
        const auto digit = kAlphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        pending = pending << 6 | static_cast<std::uint32_t>(digit);
        pending_bits += 6;
        if (pending_bits < 8) continue;
        pending_bits -= 8;
        id.bytes[filled++] = static_cast<std::uint8_t>(pending >> pending_bits);
    }
    return id;
}

Uuid Uuid::random() {
    Uuid id;
    // The first character holds the six high bits of the first byte; '-' is digit 62.
    do {
        const ssize_t got = getrandom(id.bytes.data(), id.bytes.size(), 0);
        CHECK(got == static_cast<ssize_t>(id.bytes.size()), "the system has no randomness");
    } while (id.bytes[0] >> 2 == 62);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

}  // namespace kafka

std::size_t std::hash<kafka::Uuid>::operator()(const kafka::Uuid& id) const noexcept {
    const auto high = kafka::load_be<std::uint64_t>(id.bytes.data());
    const auto low = kafka::load_be<std::uint64_t>(id.bytes.data() + 8);
    return static_cast<std::size_t>(high ^ (low * 0x9e3779b97f4a7c15u));
}
