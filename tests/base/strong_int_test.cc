#include "base/strong_int.h"

#include <gtest/gtest.h>

namespace kafka {
namespace {

using Metres = StrongInt<struct MetresTag, int>;

TEST(StrongInt, DistanceOfTwoIsAPlainNumber) {
    EXPECT_EQ((Metres{7} - Metres{3}), 4);
    EXPECT_EQ((Metres{7} - 3), Metres{4});
}

TEST(StrongInt, NextAndPreviousAreNeighbours) {
    EXPECT_EQ(Metres{4}.next(), Metres{5});
    EXPECT_EQ(Metres{4}.previous(), Metres{3});
}

}  // namespace
}  // namespace kafka
