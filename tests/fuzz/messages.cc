// Every decoder of a message: two bytes choose the message (by a hash of its name, so that the
// corpus stays good when messages are added), one the version, the rest is decoded.
#include "protocol/registry/message_registry.h"
#include "tests/fuzz/fuzz_input.h"

namespace kafka {
namespace {

// FNV-1a, folded to 16 bits. make_seeds.py has the same.
std::uint16_t tag_of(std::string_view name) {
    std::uint32_t hash = 2166136261u;
    for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
    return static_cast<std::uint16_t>(hash ^ (hash >> 16));
}

const MessageType& message_for(std::uint16_t tag) {
    const auto types = message_types();
    for (const MessageType& type : types) {
        if (tag_of(type.name) == tag) return type;
    }
    return types[tag % types.size()];
}

// What was encoded from a message decodes to the same message: its encoding is the same again.
void round_trip_twice(const MessageType& type, std::int16_t version, BytesView bytes) {
    Bytes frame(bytes.begin(), bytes.end());
    Decoder decoder(frame);
    Encoder first;
    type.round_trip(decoder, first, version);
    if (decoder.failed() || first.failed()) return;
    Bytes encoded(first.bytes().begin(), first.bytes().end());
    const Bytes kept = encoded;
    Decoder again(encoded);
    Encoder second;
    type.round_trip(again, second, version);
    CHECK(!again.failed() && !second.failed(), "an encoder wrote what its decoder refuses");
    const BytesView twice = second.bytes();
    CHECK(std::ranges::equal(twice, kept), "a message changed on its way through the codec");
}

}  // namespace
}  // namespace kafka

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kafka::FuzzInput input(data, size);
    const kafka::MessageType& type = kafka::message_for(input.two_bytes());
    const int versions = type.max_version - type.min_version + 1;
    if (versions <= 0) return 0;
    const int version = type.min_version + input.byte() % versions;
    kafka::round_trip_twice(type, static_cast<std::int16_t>(version), input.rest());
    return 0;
}
