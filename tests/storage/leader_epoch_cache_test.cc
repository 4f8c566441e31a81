#include "storage/leader_epoch_cache.h"

#include <gtest/gtest.h>

namespace kafka::storage {
namespace {

LeaderEpochCache cache_of(std::initializer_list<EpochEntry> entries) {
    LeaderEpochCache cache;
    for (const EpochEntry& entry : entries) cache.assign(entry.epoch, entry.start_offset);
    return cache;
}

constexpr Offset kLogEnd{100};

TEST(LeaderEpochCache, AnEpochEndsWhereTheNextKnownOneBegins) {
    const LeaderEpochCache cache = cache_of({{{2}, {0}}, {{4}, {10}}, {{7}, {30}}});
    EXPECT_EQ(cache.end_of_epoch({2}, kLogEnd), (EpochEnd{{2}, {10}}));
    EXPECT_EQ(cache.end_of_epoch({3}, kLogEnd), (EpochEnd{{2}, {10}}));
    EXPECT_EQ(cache.end_of_epoch({4}, kLogEnd), (EpochEnd{{4}, {30}}));
    EXPECT_EQ(cache.end_of_epoch({6}, kLogEnd), (EpochEnd{{4}, {30}}));
    EXPECT_EQ(cache.end_of_epoch({7}, kLogEnd), (EpochEnd{{7}, kLogEnd}));
}

TEST(LeaderEpochCache, OfUnknownEpochsOnlyOlderOnesHaveAnEnd) {
    const LeaderEpochCache cache = cache_of({{{2}, {5}}, {{4}, {10}}});
    EXPECT_EQ(cache.end_of_epoch({1}, kLogEnd), (EpochEnd{{1}, {5}}));
    EXPECT_EQ(cache.end_of_epoch({5}, kLogEnd), EpochEnd{});
    EXPECT_EQ(cache.end_of_epoch({-1}, kLogEnd), EpochEnd{});
    EXPECT_EQ(LeaderEpochCache().end_of_epoch({0}, kLogEnd), EpochEnd{});
}

TEST(LeaderEpochCache, TheSameEpochAgainChangesNothing) {
    LeaderEpochCache cache;
    EXPECT_TRUE(cache.assign({1}, {0}));
    EXPECT_FALSE(cache.assign({1}, {0}));
    EXPECT_FALSE(cache.assign({1}, {50}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{1}, {0}}}));
}

TEST(LeaderEpochCache, ANewEntryDropsThoseThatContradictIt) {
    LeaderEpochCache cache = cache_of({{{1}, {0}}, {{2}, {10}}, {{3}, {20}}});
    EXPECT_TRUE(cache.assign({4}, {10}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{1}, {0}}, {{4}, {10}}}));
    EXPECT_TRUE(cache.assign({2}, {30}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{1}, {0}}, {{2}, {30}}}));
}

TEST(LeaderEpochCache, TruncationFromTheEndForgetsEpochsThatBeganAfterIt) {
    LeaderEpochCache cache = cache_of({{{2}, {5}}, {{4}, {10}}, {{6}, {20}}});
    EXPECT_FALSE(cache.truncate_from_end({21}));
    EXPECT_TRUE(cache.truncate_from_end({10}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{2}, {5}}}));
}

TEST(LeaderEpochCache, TruncationFromTheStartKeepsTheEpochOfTheFirstRecord) {
    LeaderEpochCache cache = cache_of({{{2}, {5}}, {{4}, {10}}, {{6}, {20}}});
    EXPECT_FALSE(cache.truncate_from_start({5}));
    EXPECT_TRUE(cache.truncate_from_start({15}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{4}, {15}}, {{6}, {20}}}));
    EXPECT_TRUE(cache.truncate_from_start({20}));
    EXPECT_EQ(cache.entries(), (std::vector<EpochEntry>{{{6}, {20}}}));
}

TEST(LeaderEpochCache, TheCheckpointIsTheTextThatKafkaWrites) {
    const LeaderEpochCache cache = cache_of({{{0}, {0}}, {{3}, {4711}}});
    EXPECT_EQ(cache.to_text(), "0\n2\n0 0\n3 4711\n");

    const Result<LeaderEpochCache> read = LeaderEpochCache::from_text("0\n2\n0 0\n3 4711\n");
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->entries(), cache.entries());
}

TEST(LeaderEpochCache, ADamagedCheckpointIsRefused) {
    for (const char* text :
         {"", "0\n", "1\n0\n", "0\n1\n", "0\n1\n0 \n", "0\n1\n0 0", "0\n1\nx 0\n",
          "0\n1\n0 0\n1 5\n", "0\n1\n-1 0\n", "0\n99999999999999999999\n"}) {
        EXPECT_FALSE(LeaderEpochCache::from_text(text).ok()) << text;
    }
}

}  // namespace
}  // namespace kafka::storage
