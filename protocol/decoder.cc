#include "protocol/decoder.h"

namespace kafka {

void Decoder::assign(std::string& value, std::int32_t length) {
    const BytesView from = raw(static_cast<std::size_t>(length));
    value.assign(reinterpret_cast<const char*>(from.data()), from.size());
}

void Decoder::assign(Bytes& value, std::int32_t length) {
    const BytesView from = raw(static_cast<std::size_t>(length));
    value.assign(from.begin(), from.end());
}

void Decoder::assign(Records& value, std::int32_t length) {
    const std::size_t start = position();
    const std::size_t size = raw(static_cast<std::size_t>(length)).size();
    if (size == 0) return;
    if (writable_.empty()) return fail();
    value.bytes = writable_.subspan(start, size);
}

std::uint32_t Decoder::long_varint(std::uint32_t low_bits) {
    std::uint32_t value = low_bits & 0x7f;
    for (int shift = 7; shift <= 28; shift += 7) {
        const std::uint32_t byte = integer<std::uint8_t>();
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    fail();
    return 0;
}

}  // namespace kafka
