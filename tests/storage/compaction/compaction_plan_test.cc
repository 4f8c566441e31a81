// How the work of a compaction is cut.
#include "storage/compaction/compaction_plan.h"

#include <gtest/gtest.h>

#include <vector>

namespace kafka::storage {
namespace {

// They are replaced in one step, for which the partition's thread has no time.
TEST(Compaction, MergesAFewSegmentsAtATimeHoweverSmall) {
    std::vector<SourceSegment> sources;
    for (std::int64_t i = 0; i < 100; ++i) {
        SourceSegment& source = sources.emplace_back();
        source.base_offset = {i};
        source.end = {i + 1};
        source.size = 100;
    }
    std::size_t grouped = 0;
    for (const SegmentGroup group : group_segments(sources, LogConfig{})) {
        EXPECT_LE(group.size(), 16u);
        EXPECT_EQ(group.front().base_offset.value, static_cast<std::int64_t>(grouped));
        grouped += group.size();
    }
    EXPECT_EQ(grouped, sources.size());
}

}  // namespace
}  // namespace kafka::storage
