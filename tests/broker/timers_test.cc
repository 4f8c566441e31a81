#include "broker/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kafka::broker {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Noted : Timer {
    std::vector<int>* fired = nullptr;
    int number = 0;

    void note(std::vector<int>& where, int as) {
        fired = &where;
        number = as;
        fire = [](Timer& timer) {
            auto& self = static_cast<Noted&>(timer);
            self.fired->push_back(self.number);
        };
    }
};

TEST(Timers, FireWhatIsDueTheEarliestFirst) {
    Timers timers([](nanoseconds) {});
    std::vector<int> fired;
    Noted noted[5];
    const nanoseconds deadlines[] = {30ns, 10ns, 50ns, 20ns, 40ns};
    for (int i = 0; i < 5; ++i) {
        noted[i].note(fired, static_cast<int>(deadlines[i].count()));
        timers.arm(noted[i], deadlines[i]);
    }

    timers.fire_due(30ns);

    EXPECT_EQ(fired, (std::vector{10, 20, 30}));
    EXPECT_EQ(timers.earliest(), 40ns);
    timers.fire_due(50ns);
    EXPECT_TRUE(timers.empty());
}

TEST(Timers, CancelledOnesDoNotFireAndTheOthersKeepTheirOrder) {
    Timers timers([](nanoseconds) {});
    std::mt19937 random(7);
    std::vector<int> fired;
    std::vector<Noted> noted(200);
    std::vector<int> expected;
    for (int i = 0; i < 200; ++i) {
        auto& timer = noted[static_cast<std::size_t>(i)];
        timer.note(fired, static_cast<int>(random() % 1000));
        timers.arm(timer, nanoseconds(timer.number));
    }
    for (int i = 0; i < 200; ++i) {
        auto& timer = noted[static_cast<std::size_t>(i)];
        if (i % 3 == 0) {
            timers.cancel(timer);
        } else {
            expected.push_back(timer.number);
        }
    }
    std::ranges::sort(expected);

    timers.fire_due(1000ns);

    EXPECT_EQ(fired, expected);
}

TEST(Timers, TellTheEarliestDeadlineOnlyWhenItMovesCloser) {
    std::vector<nanoseconds> told;
    Timers timers([&told](nanoseconds earliest) { told.push_back(earliest); });
    std::vector<int> fired;
    Noted a, b, c;
    for (Noted* each : {&a, &b, &c}) each->note(fired, 0);

    timers.arm(a, 20ns);
    timers.arm(b, 30ns);
    timers.arm(c, 10ns);

    EXPECT_EQ(told, (std::vector{20ns, 10ns}));
    timers.fire_due(100ns);
}

}  // namespace
}  // namespace kafka::broker
