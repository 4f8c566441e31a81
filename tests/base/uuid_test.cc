#include "base/uuid.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace kafka {
namespace {

TEST(Uuid, ZeroReadsAsKafkaWritesIt) {
    EXPECT_EQ(Uuid{}.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
    EXPECT_TRUE(Uuid{}.is_zero());
}

TEST(Uuid, TextUsesTheUrlSafeAlphabet) {
    Uuid id;
    id.bytes.fill(0xff);
    EXPECT_EQ(id.to_string(), "_____________________w");
    id.bytes.fill(0xfb);
    EXPECT_EQ(id.to_string(), "-_v7-_v7-_v7-_v7-_v7-w");
}

TEST(Uuid, TextAndBytesAreEachOthersInverse) {
    for (int i = 0; i < 100; ++i) {
        const Uuid id = Uuid::random();
        EXPECT_EQ(Uuid::parse(id.to_string()), id);
        EXPECT_EQ(Uuid::parse(id.to_string() + "=="), id);
    }
}

TEST(Uuid, TextOfAnotherLengthOrAlphabetIsRefused) {
    EXPECT_FALSE(Uuid::parse(""));
    EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA"));
    EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAAA"));
    EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA+"));
    EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAA="));
}

TEST(Uuid, RandomOnesDifferAndNeverStartWithADash) {
    std::unordered_set<Uuid> seen;
    for (int i = 0; i < 2000; ++i) {
        const Uuid id = Uuid::random();
        EXPECT_NE(id.to_string()[0], '-');
        EXPECT_EQ(id.bytes[6] >> 4, 4);
        EXPECT_EQ(id.bytes[8] >> 6, 2);
        EXPECT_TRUE(seen.insert(id).second);
    }
}

}  // namespace
}  // namespace kafka
