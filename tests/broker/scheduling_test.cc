#include "broker/scheduling.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>

namespace kafka::broker {
namespace {

struct Rank {
    int niceness = 0;
    std::uint64_t turn_ns = 0;  // 0: this kernel has no turns of a thread's own
};

Rank rank_of_this_thread() {
    Rank rank;
    rank.niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
    // struct sched_attr, whose header does not go with <sched.h>.
    std::uint8_t attributes[56] = {};
    EXPECT_EQ(syscall(SYS_sched_getattr, 0, attributes, sizeof attributes, 0), 0);
    std::memcpy(&rank.turn_ns, attributes + 24, sizeof rank.turn_ns);
    return rank;
}

// In a thread that has asked.
Rank rank_after(void (*ask)()) {
    Rank rank;
    std::thread([&] {
        ask();
        rank = rank_of_this_thread();
    }).join();
    return rank;
}

TEST(Scheduling, OnlyWhatStaysBehindIsLessImportant) {
    const int usual = rank_of_this_thread().niceness;
    EXPECT_EQ(rank_after(ask_for_short_turns).niceness, usual);
    EXPECT_EQ(rank_after(ask_for_long_turns).niceness, usual);
    EXPECT_EQ(rank_after(stay_behind).niceness, std::max(usual, 10));
}

TEST(Scheduling, TurnsAreShorterOrLongerThanTheKernelsOwn) {
    const std::uint64_t usual = rank_of_this_thread().turn_ns;
    if (usual == 0) GTEST_SKIP() << "this kernel has no turns of a thread's own";
    EXPECT_LT(rank_after(ask_for_short_turns).turn_ns, usual);
    EXPECT_GT(rank_after(ask_for_long_turns).turn_ns, usual);
    EXPECT_GT(rank_after(stay_behind).turn_ns, usual);
}

}  // namespace
}  // namespace kafka::broker
