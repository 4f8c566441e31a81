#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;

LogConfig small_segments() {
    LogConfig config;
    config.segment_bytes = 4096;
    config.index_interval_bytes = 256;
    return config;
}

Bytes read(const PartitionHarness& log, std::int64_t from, std::int64_t max_bytes,
           ReadLimit limit = ReadLimit::HighWatermark) {
    auto bytes = log.partition->read_bytes({from}, max_bytes, limit);
    EXPECT_TRUE(bytes.ok());
    return bytes.take();
}

TEST(PartitionRead, StartsWithTheWholeBatchThatContainsTheOffset) {
    PartitionHarness log;
    log.append_many(3, {.records = 10});

    EXPECT_THAT(base_offsets(read(log, 14, 1 << 20)), ElementsAre(10, 20));
}

TEST(PartitionRead, EndsAtABatchBoundaryWithinTheLimit) {
    PartitionHarness log;
    log.append_many(100, {.records = 2, .value_bytes = 50});
    const std::size_t batch_bytes = read(log, 0, 1).size();

    for (std::size_t fitting = 1; fitting < 100; fitting += 7) {
        const auto limit = static_cast<std::int64_t>(fitting * batch_bytes + batch_bytes / 2);
        EXPECT_EQ(base_offsets(read(log, 0, limit)).size(), fitting);
    }
}

TEST(PartitionRead, GivesTheFirstBatchWhateverItsSizeWhenOneIsWanted) {
    PartitionHarness log;
    log.append_many(2, {.records = 1, .value_bytes = 5000});

    EXPECT_THAT(base_offsets(read(log, 0, 1)), ElementsAre(0));
    auto nothing = log.partition->read({0}, 1, false, ReadLimit::HighWatermark);
    ASSERT_TRUE(nothing.ok());
    EXPECT_TRUE(nothing->records.empty());
}

TEST(PartitionRead, IsOutOfRangeBeforeTheStartAndAfterTheEndButNotAtTheEnd) {
    PartitionHarness log;
    log.append_many(4, {.records = 5});
    ASSERT_TRUE(log.partition->delete_records({7}).ok());

    EXPECT_EQ(log.partition->read({6}, 100, true, ReadLimit::LogEnd).error().code,
              ErrorCode::OFFSET_OUT_OF_RANGE);
    EXPECT_EQ(log.partition->read({21}, 100, true, ReadLimit::LogEnd).error().code,
              ErrorCode::OFFSET_OUT_OF_RANGE);
    EXPECT_TRUE(read(log, 20, 100).empty());
    EXPECT_THAT(base_offsets(read(log, 7, 1 << 20)), ElementsAre(5, 10, 15));
}

TEST(PartitionRead, GoesOnThroughEverySegmentFromEveryOffset) {
    PartitionHarness log(small_segments());
    for (int i = 0; i < 200; ++i) {
        log.append_many(1, {.records = 1 + i % 3, .value_bytes = static_cast<std::size_t>(i)});
    }
    const Bytes all = log.read_all();

    EXPECT_EQ(log.read_all(1), all);
    EXPECT_EQ(log.read_all(1000), all);
    const std::int64_t end = log.partition->log_end_offset().value;
    for (std::int64_t from = 0; from < end; ++from) {
        const Bytes piece = read(log, from, 300);
        ASSERT_GE(piece.size(), batch_layout::kHeaderBytes);
        const RecordBatchView first(piece);
        EXPECT_LE(first.base_offset().value, from);
        EXPECT_GE(first.last_offset().value, from);
    }
}

TEST(PartitionRead, StopsAtTheHighWatermark) {
    LogConfig config;
    config.flush_messages = 1;
    PartitionHarness log(config);
    log.append_many(2, {.records = 3});
    ASSERT_TRUE(log.flush());
    log.append_many(2, {.records = 3});

    EXPECT_EQ(log.partition->high_watermark(), Offset{6});
    EXPECT_THAT(base_offsets(read(log, 0, 1 << 20)), ElementsAre(0, 3));
    EXPECT_TRUE(read(log, 6, 1 << 20).empty());
    EXPECT_THAT(base_offsets(read(log, 0, 1 << 20, ReadLimit::LogEnd)), ElementsAre(0, 3, 6, 9));
}

}  // namespace
}  // namespace kafka::storage
