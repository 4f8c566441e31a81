// The codec against bytes that Kafka's own serializers wrote.
#include "tests/protocol/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "protocol/registry/message_registry.h"
#include "protocol/registry/round_trip.h"

namespace kafka {
namespace {

Bytes bytes_of(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

// Whether the message ends in the count of its own tagged fields, which is zero.
bool ends_in_empty_tags(const std::string& message, int version) {
    const auto all = message_descriptions();
    const auto found = std::ranges::find(all, message, &MessageDescription::name);
    if (found->first_flexible < 0 || version < found->first_flexible) return false;
    return std::ranges::none_of(field_descriptions(), [&](const FieldDescription& field) {
        return field.message == message && field.tag >= 0 &&
               field.path.find('.') == std::string_view::npos;
    });
}

TEST(Vectors, EveryMessageAndVersionIsThereTwice) {
    std::set<std::string> pairs;
    for (const auto& vector : vectors()) pairs.insert(vector.name + vector.version);
    EXPECT_EQ(vectors().size(), 1456u);
    EXPECT_EQ(pairs.size(), 728u);
    std::size_t ours = 0;
    for (const auto& type : message_types()) {
        ours += static_cast<std::size_t>(type.max_version - type.min_version + 1);
    }
    EXPECT_EQ(ours, 728u);
}

TEST(Vectors, DecodeAndEncodeAgainByteForByte) {
    for (const auto& vector : vectors()) {
        EXPECT_EQ(round_trip_line(vector.line()), vector.hex)
            << vector.name << " v" << vector.version;
    }
}

TEST(Vectors, CutShortAtAnyByteFailToDecode) {
    for (const auto& vector : vectors()) {
        const MessageType* type = find_message_type(vector.name);
        const auto version = static_cast<std::int16_t>(std::stoi(vector.version));
        const Bytes whole = bytes_of(vector.hex);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            // A heap block of exactly that size, so that a sanitizer sees a read past its end.
            const auto cut = std::make_unique<std::uint8_t[]>(size);
            std::copy_n(whole.begin(), size, cut.get());
            Decoder decoder(MutableBytes(cut.get(), size));
            Encoder encoder;
            type->round_trip(decoder, encoder, version);
            ASSERT_TRUE(decoder.failed())
                << vector.name << " v" << version << " cut to " << size << " bytes";
            ASSERT_EQ(encoder.size(), 0u);
        }
    }
}

TEST(Vectors, BytesLeftOverAreRefused) {
    for (const auto& vector : vectors()) {
        EXPECT_EQ(round_trip_line(vector.line() + "00"), "error: 1 bytes are left over");
    }
}

TEST(Vectors, UnknownTaggedFieldsAreSkipped) {
    int tried = 0;
    for (const auto& vector : vectors()) {
        const std::string name(find_message_type(vector.name)->name);
        if (!ends_in_empty_tags(name, std::stoi(vector.version))) continue;
        Vector tagged = vector;
        ASSERT_TRUE(tagged.hex.ends_with("00")) << name;
        tagged.hex.replace(tagged.hex.size() - 2, 2,
                           "02"
                           "6303aabbcc"
                           "ac0200");
        EXPECT_EQ(round_trip_line(tagged.line()), vector.hex) << name << " v" << vector.version;
        ++tried;
    }
    EXPECT_GT(tried, 700);
}

// Any single byte changed: the result may be a message or not, but never a crash, and a message
// that was accepted encodes to something that is accepted again and encodes to the same.
TEST(Vectors, WithOneByteChangedAreRefusedOrAreMessages) {
    unsigned step = 0;
    for (const auto& vector : vectors()) {
        const MessageType* type = find_message_type(vector.name);
        const auto version = static_cast<std::int16_t>(std::stoi(vector.version));
        const Bytes whole = bytes_of(vector.hex);
        for (std::size_t at = 0; at < whole.size(); at += 3) {
            Bytes changed = whole;
            changed[at] = static_cast<std::uint8_t>(changed[at] + 1 + (step++ * 37) % 255);
            Decoder decoder(changed);
            Encoder encoder;
            type->round_trip(decoder, encoder, version);
            if (decoder.failed() || encoder.failed()) continue;
            Bytes first(encoder.bytes().begin(), encoder.bytes().end());
            Decoder again(first);
            Encoder second;
            type->round_trip(again, second, version);
            ASSERT_FALSE(again.failed()) << vector.name << " v" << version << " byte " << at;
            ASSERT_TRUE(std::ranges::equal(second.bytes(), first));
        }
    }
}

}  // namespace
}  // namespace kafka
