#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string_view>

namespace kafka {
namespace {

BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The values of RFC 3720, appendix B.4, and the usual check value.
TEST(Crc32c, AgreesWithTheKnownVectors) {
    const Bytes zeros(32, 0x00);
    const Bytes ones(32, 0xff);
    Bytes ascending(32);
    std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});

    EXPECT_EQ(crc32c(zeros), 0x8a9136aau);
    EXPECT_EQ(crc32c(ones), 0x62a8ab43u);
    EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
    EXPECT_EQ(crc32c(bytes_of("123456789")), 0xe3069283u);
    EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, IsTheSameInOnePieceAndInTwo) {
    const BytesView whole = bytes_of("a batch is checked as it comes in, in whatever pieces");
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        const std::uint32_t first = crc32c(whole.first(cut));
        EXPECT_EQ(crc32c_extend(first, whole.subspan(cut)), crc32c(whole));
    }
}

}  // namespace
}  // namespace kafka
