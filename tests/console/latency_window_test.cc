#include "console/latency_window.h"

#include <gtest/gtest.h>

namespace kafka::console {
namespace {

using broker::LatencyHistogram;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::int16_t kProduce = 0;

TEST(LatencyHistogram, EachBucketEndsWhereTheNextBegins) {
    for (std::size_t i = 0; i + 1 < LatencyHistogram::kBuckets; ++i) {
        const std::uint64_t end = LatencyHistogram::end_us(i);
        EXPECT_EQ(LatencyHistogram::bucket_of(end - 1), i);
        EXPECT_EQ(LatencyHistogram::bucket_of(end), i + 1);
    }
    EXPECT_EQ(LatencyHistogram::bucket_of(0), 0U);
    EXPECT_EQ(LatencyHistogram::bucket_of(~std::uint64_t{0}), LatencyHistogram::kBuckets - 1);
}

TEST(LatencyHistogram, AQuantileLiesInTheBucketOfWhatWasRecorded) {
    LatencyHistogram took;
    for (int i = 0; i < 99; ++i) took.record(milliseconds(1));
    took.record(milliseconds(200));

    EXPECT_NEAR(took.quantile_ms(0.5), 1, 0.3);
    EXPECT_NEAR(took.quantile_ms(0.99), 1, 0.3);
    EXPECT_NEAR(took.quantile_ms(0.999), 200, 70);
    EXPECT_EQ(took.total(), 100U);
    EXPECT_EQ(took.sum_us(), 99'000U + 200'000U);
}

TEST(LatencyHistogram, NothingHasNoQuantile) { EXPECT_EQ(LatencyHistogram().quantile_ms(0.99), 0); }

TEST(LatencyWindow, ForgetsWhatWasCountedBeforeTheWindow) {
    LatencyWindow window;
    Latencies totals;
    for (int i = 0; i < 1'000; ++i) totals[kProduce].record(milliseconds(500));
    EXPECT_EQ(window.advance(minutes(1), totals)[kProduce].total(), 1'000U);
    for (int minute = 2; minute <= 6; ++minute) {
        totals[kProduce].record(microseconds(100));
        window.advance(minutes(minute), totals);
    }

    const Latencies lately = window.advance(minutes(7), totals);

    EXPECT_EQ(lately.at(kProduce).total(), 4U);
    EXPECT_LT(lately.at(kProduce).quantile_ms(0.999), 1);
}

TEST(LatencyWindow, ScrapesInQuickSuccessionSeeTheSameWindow) {
    LatencyWindow window;
    Latencies totals;
    window.advance(minutes(1), totals);
    totals[kProduce].record(milliseconds(1));
    EXPECT_EQ(window.advance(minutes(1) + milliseconds(10), totals)[kProduce].total(), 1U);

    EXPECT_EQ(window.advance(minutes(1) + milliseconds(20), totals)[kProduce].total(), 1U);
}

}  // namespace
}  // namespace kafka::console
