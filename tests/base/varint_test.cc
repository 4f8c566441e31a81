#include "base/varint.h"

#include <gtest/gtest.h>

#include <limits>

namespace kafka {
namespace {

TEST(Varint, WritesTheBytesThatKafkaWrites) {
    const auto bytes_of = [](std::int32_t v) {
        Bytes out;
        append_varint(out, v);
        return out;
    };
    EXPECT_EQ(bytes_of(0), Bytes({0x00}));
    EXPECT_EQ(bytes_of(-1), Bytes({0x01}));
    EXPECT_EQ(bytes_of(1), Bytes({0x02}));
    EXPECT_EQ(bytes_of(63), Bytes({0x7e}));
    EXPECT_EQ(bytes_of(-64), Bytes({0x7f}));
    EXPECT_EQ(bytes_of(64), Bytes({0x80, 0x01}));
    EXPECT_EQ(bytes_of(std::numeric_limits<std::int32_t>::max()),
              Bytes({0xfe, 0xff, 0xff, 0xff, 0x0f}));
    EXPECT_EQ(bytes_of(std::numeric_limits<std::int32_t>::min()),
              Bytes({0xff, 0xff, 0xff, 0xff, 0x0f}));
}

TEST(Varint, ReadsBackWhatItWroteAtEveryWidth) {
    for (int bits = 0; bits < 64; ++bits) {
        for (const std::int64_t near : {-1, 0, 1}) {
            const auto value = static_cast<std::int64_t>((std::uint64_t{1} << bits) +
                                                         static_cast<std::uint64_t>(near));
            Bytes out;
            append_varlong(out, value);
            std::int64_t read = 0;
            ASSERT_EQ(read_varlong(out.data(), out.data() + out.size(), &read),
                      out.data() + out.size());
            EXPECT_EQ(read, value);
            EXPECT_EQ(out.size(), varlong_size(value));

            const auto narrow = static_cast<std::int32_t>(value);
            Bytes narrow_out;
            append_varint(narrow_out, narrow);
            std::int32_t narrow_read = 0;
            ASSERT_NE(
                read_varint(narrow_out.data(), narrow_out.data() + narrow_out.size(), &narrow_read),
                nullptr);
            EXPECT_EQ(narrow_read, narrow);
            EXPECT_EQ(narrow_out.size(), varint_size(narrow));
        }
    }
}

TEST(Varint, BytesThatEndInsideANumberAreRefused) {
    Bytes out;
    append_varlong(out, std::numeric_limits<std::int64_t>::min());
    for (std::size_t size = 0; size < out.size(); ++size) {
        std::int64_t value = 0;
        EXPECT_EQ(read_varlong(out.data(), out.data() + size, &value), nullptr);
    }
}

TEST(Varint, ANumberLongerThanItsTypeIsRefused) {
    const Bytes endless(20, 0x80);
    std::uint32_t narrow = 0;
    std::int64_t wide = 0;
    EXPECT_EQ(read_unsigned_varint(endless.data(), endless.data() + 20, &narrow), nullptr);
    EXPECT_EQ(read_varlong(endless.data(), endless.data() + 20, &wide), nullptr);
}

}  // namespace
}  // namespace kafka
