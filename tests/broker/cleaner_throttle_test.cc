#include "broker/cleaner_throttle.h"

#include <gtest/gtest.h>

#include <limits>

namespace kafka::broker {
namespace {

using namespace std::chrono_literals;

class CleanerThrottleTest : public testing::Test {
  protected:
    CleanerThrottleTest() { throttle_.set_rate(1000); }

    const CleanerThrottle::Time start_{1h};
    CleanerThrottle throttle_;
};

TEST_F(CleanerThrottleTest, BytesAreWaitedForAsLongAsTheyTakeAtTheRate) {
    EXPECT_EQ(throttle_.left(start_), 0s);

    throttle_.spend(500, start_);

    EXPECT_EQ(throttle_.left(start_), 500ms);
    EXPECT_EQ(throttle_.left(start_ + 499ms), 1ms);
    EXPECT_EQ(throttle_.left(start_ + 500ms), 0s);
    EXPECT_EQ(throttle_.left(start_ + 1h), 0s);
}

TEST_F(CleanerThrottleTest, ThreadsShareOneRate) {
    throttle_.spend(500, start_);
    throttle_.spend(250, start_ + 100ms);

    EXPECT_EQ(throttle_.left(start_ + 100ms), 650ms);
    EXPECT_EQ(throttle_.left(start_ + 750ms), 0s);
}

TEST_F(CleanerThrottleTest, TimeThatNobodyUsedIsNotSavedUp) {
    throttle_.spend(500, start_);
    throttle_.spend(500, start_ + 10s);

    EXPECT_EQ(throttle_.left(start_ + 10s), 500ms);
}

TEST_F(CleanerThrottleTest, AnotherRateForgivesWhatIsOwedAndHoldsFromThenOn) {
    throttle_.spend(1'000'000, start_);
    throttle_.set_rate(1000);
    EXPECT_EQ(throttle_.left(start_), 1000s);

    throttle_.set_rate(2000);
    EXPECT_EQ(throttle_.left(start_), 0s);

    throttle_.spend(500, start_);
    EXPECT_EQ(throttle_.left(start_), 250ms);
}

TEST_F(CleanerThrottleTest, WithoutALimitNobodyWaits) {
    throttle_.set_rate(std::numeric_limits<double>::max());
    throttle_.spend(std::uint64_t{1} << 40, start_);
    EXPECT_EQ(throttle_.left(start_), 0s);
}

// Kafka takes any number.
TEST_F(CleanerThrottleTest, RatesThatMakeNoSenseEndInAWaitThatEnds) {
    for (const double rate : {0.0, 1e-300, std::numeric_limits<double>::quiet_NaN()}) {
        throttle_.set_rate(rate);
        throttle_.spend(1000, start_);
        EXPECT_EQ(throttle_.left(start_), 1h) << rate;
    }
    for (const double rate : {-1.0, -1e-300}) {
        throttle_.set_rate(rate);
        throttle_.spend(1000, start_);
        EXPECT_EQ(throttle_.left(start_), 0s) << rate;
    }
}

}  // namespace
}  // namespace kafka::broker
