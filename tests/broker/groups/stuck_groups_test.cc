#include "broker/groups/stuck_groups.h"

#include <gtest/gtest.h>

namespace kafka::broker {
namespace {

using Kind = StuckGroups::Finding::Kind;
using std::chrono::minutes;

GroupProgress readers(std::int64_t committed, std::int64_t lag) {
    return {.group = "readers", .members = 2, .committed = committed, .lag = lag};
}

TEST(StuckGroups, AGroupIsStuckWhenItsLagGrowsForFiveMinutesWithoutACommit) {
    StuckGroups stuck;
    for (int minute = 0; minute < 5; ++minute) {
        EXPECT_TRUE(stuck.look(minutes(minute), {readers(100, 10 + minute)}).empty());
    }

    const auto found = stuck.look(minutes(5), {readers(100, 15)});

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, Kind::Stuck);
    EXPECT_EQ(found[0].group, "readers");
    EXPECT_EQ(found[0].members, 2U);
    EXPECT_EQ(found[0].since, minutes(0));
    EXPECT_EQ(found[0].lag_then, 10);
    EXPECT_EQ(found[0].lag_now, 15);
}

TEST(StuckGroups, ItIsToldOnceAndThenWhenItMovesAgain) {
    StuckGroups stuck;
    stuck.look(minutes(0), {readers(100, 10)});
    EXPECT_EQ(stuck.look(minutes(5), {readers(100, 20)}).size(), 1U);
    EXPECT_TRUE(stuck.look(minutes(6), {readers(100, 30)}).empty());

    const auto found = stuck.look(minutes(7), {readers(101, 29)});

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].kind, Kind::MovesAgain);
    EXPECT_TRUE(stuck.look(minutes(8), {readers(102, 28)}).empty());
}

TEST(StuckGroups, AGroupThatCommitsIsNotStuckHoweverItsLagGrows) {
    StuckGroups stuck;
    for (int minute = 0; minute < 60; ++minute) {
        EXPECT_TRUE(stuck.look(minutes(minute), {readers(minute, 10 * minute)}).empty());
    }
}

TEST(StuckGroups, AGroupWithNothingNewToReadIsNotStuck) {
    StuckGroups stuck;
    for (int minute = 0; minute < 60; ++minute) {
        EXPECT_TRUE(stuck.look(minutes(minute), {readers(100, 10)}).empty());
    }
}

TEST(StuckGroups, AGroupThatWentAndCameBackHasItsFiveMinutesAgain) {
    StuckGroups stuck;
    stuck.look(minutes(0), {readers(100, 10)});
    stuck.look(minutes(4), {});

    EXPECT_TRUE(stuck.look(minutes(5), {readers(100, 20)}).empty());
    EXPECT_EQ(stuck.look(minutes(10), {readers(100, 30)}).size(), 1U);
}

}  // namespace
}  // namespace kafka::broker
