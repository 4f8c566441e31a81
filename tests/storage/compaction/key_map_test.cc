#include "storage/compaction/key_map.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace kafka::storage {
namespace {

BytesView view_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
std::string key(int i) { return fmt::format("key {}", i); }
constexpr std::int64_t kFarthest = std::numeric_limits<std::int64_t>::max();

// The vectors of the algorithm's reference: key and input are 00, 01, 02 …
TEST(KeyHash, IsSipHashOf128Bits) {
    const KeyHash hash({0x0706050403020100, 0x0f0e0d0c0b0a0908});
    Bytes input;
    EXPECT_EQ(hash(input), (HashedKey{0xe6a825ba047f81a3, 0x930255c71472f66d}));
    input.push_back(0);
    EXPECT_EQ(hash(input), (HashedKey{0x44af996bd8c187da, 0x45fc229b11597634}));
    for (std::uint8_t i = 1; i < 15; ++i) input.push_back(i);
    EXPECT_EQ(hash(input), (HashedKey{0x11a8b03399e99354, 0xd9c3cf970fec087e}));
}

TEST(KeyMap, AnswersWithTheLastOffsetOfEachKey) {
    KeyMap map(1 << 20, 0.9);
    for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(map.put(view_of(key(i % 7000)), {1000 + i}));

    EXPECT_EQ(map.size(), 7000u);
    for (int i = 0; i < 7000; ++i) {
        const std::int64_t last = 1000 + (i < 6000 ? 14'000 + i : 7000 + i);
        ASSERT_EQ(map.find(view_of(key(i))), Offset{last}) << i;
    }
    EXPECT_EQ(map.find(view_of("another")), std::nullopt);
    EXPECT_EQ(map.find(BytesView()), std::nullopt);
}

TEST(KeyMap, AnEmptyKeyIsAKey) {
    KeyMap map(4096, 0.9);
    ASSERT_TRUE(map.put(BytesView(), {0}));
    EXPECT_EQ(map.find(BytesView()), Offset{0});
}

TEST(KeyMap, TakesNoMoreMemoryThanItWasGiven) {
    for (const std::size_t bytes : {std::size_t{512}, std::size_t{4000}, std::size_t{3} << 20}) {
        KeyMap map(bytes, 0.9);
        int count = 0;
        while (map.put(view_of(key(count)), {count})) ++count;

        EXPECT_LE(map.memory_bytes(), bytes);
        // The hash is keyed at random: the parts do not fill up at the same time.
        EXPECT_GE(static_cast<double>(count), static_cast<double>(bytes) / 16 * 0.7);
        EXPECT_EQ(map.size(), static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) ASSERT_EQ(map.find(view_of(key(i))), Offset{i});
        // What is in it can still be moved on.
        EXPECT_TRUE(map.put(view_of(key(0)), {count}));
        EXPECT_EQ(map.find(view_of(key(0))), Offset{count});
        EXPECT_EQ(map.find(view_of(key(count))), std::nullopt);
    }
}

TEST(KeyMap, StaysSmallWhereThereAreFewKeys) {
    KeyMap map(std::size_t{128} << 20, 0.9);
    for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(map.put(view_of(key(i % 1000)), {i}));
    EXPECT_LE(map.memory_bytes(), std::size_t{128} << 10);
}

TEST(KeyMap, TakesItsFirstOffsetWhereverItIs) {
    for (const std::int64_t first : {std::int64_t{0}, std::int64_t{1} << 40, kFarthest}) {
        KeyMap map(32, 0.9);
        ASSERT_TRUE(map.put(view_of("first"), {first}));
        EXPECT_EQ(map.find(view_of("first")), Offset{first});
    }
}

TEST(KeyMap, RefusesAnOffsetThatIsTooFarFromTheFirst) {
    constexpr std::int64_t kFirst = kFarthest - (std::int64_t{1} << 41);
    KeyMap map(1 << 20, 0.9);
    ASSERT_TRUE(map.put(view_of("first"), {kFirst}));
    ASSERT_TRUE(map.put(view_of("far"), {kFirst + (std::int64_t{1} << 40) - 2}));

    EXPECT_FALSE(map.put(view_of("farther"), {kFirst + (std::int64_t{1} << 40) - 1}));
    EXPECT_FALSE(map.put(view_of("first"), {kFarthest}));
    EXPECT_FALSE(map.put(view_of("before"), {kFirst - 1}));

    EXPECT_EQ(map.size(), 2u);
    EXPECT_EQ(map.find(view_of("first")), Offset{kFirst});
    EXPECT_EQ(map.find(view_of("far")), Offset{kFirst + (std::int64_t{1} << 40) - 2});
}

}  // namespace
}  // namespace kafka::storage
