// ListOffsets, DeleteRecords and retention.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/file_names.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

LogConfig small_segments() {
    LogConfig config;
    config.segment_bytes = 2048;
    config.index_interval_bytes = 128;
    return config;
}

FoundOffset find(const PartitionHarness& log, TimestampMs timestamp) {
    auto found = log.partition->find_offset(timestamp, ReadLimit::HighWatermark);
    EXPECT_TRUE(found.ok());
    return found.take();
}

TEST(PartitionLookup, FindsTheFirstRecordAtOrAfterATimeWhateverTheOrderOfTimes) {
    for (const CompressionType codec : {CompressionType::None, CompressionType::Lz4}) {
        PartitionHarness log(small_segments());
        std::vector<std::int64_t> times;
        std::uint32_t random = 12345;
        for (int i = 0; i < 120; ++i) {
            std::vector<std::int64_t> batch;
            for (int k = 0; k < 4; ++k) {
                random = random * 1664525 + 1013904223;
                batch.push_back(1000 + i * 5 + static_cast<int>(random % 40));
            }
            times.insert(times.end(), batch.begin(), batch.end());
            log.append_many(1, {.compression = codec, .timestamps = batch});
        }
        ASSERT_TRUE(log.partition->delete_records({100}).ok());
        log.close_and_reopen();

        for (std::int64_t wanted = 990; wanted < 1700; ++wanted) {
            std::int64_t expected = -1;
            for (std::size_t offset = 100; offset < times.size() && expected < 0; ++offset) {
                if (times[offset] >= wanted) expected = static_cast<std::int64_t>(offset);
            }
            const FoundOffset found = find(log, {wanted});
            ASSERT_EQ(found.offset.value, expected) << wanted;
            const std::int64_t time = expected < 0 ? -1 : times[static_cast<std::size_t>(expected)];
            ASSERT_EQ(found.timestamp.value, time);
        }
        const auto newest = std::ranges::max_element(times);
        EXPECT_EQ(find(log, timestamp::kMax).offset.value, newest - times.begin());
        EXPECT_EQ(find(log, timestamp::kMax).timestamp.value, *newest);
    }
}

TEST(PartitionLookup, KnowsTheSpecialTimestampsOfAnEmptyAndOfAFilledLog) {
    PartitionHarness log;
    EXPECT_EQ(find(log, timestamp::kLatest), (FoundOffset{kNoTimestamp, {0}, {0}}));
    EXPECT_EQ(find(log, timestamp::kEarliest), (FoundOffset{kNoTimestamp, {0}, {0}}));
    EXPECT_EQ(find(log, timestamp::kMax), FoundOffset{});
    EXPECT_EQ(find(log, {5}), FoundOffset{});
    log.append_many(5, {.records = 2});
    ASSERT_TRUE(log.partition->delete_records({3}).ok());

    EXPECT_EQ(find(log, timestamp::kLatest), (FoundOffset{kNoTimestamp, {10}, {0}}));
    EXPECT_EQ(find(log, timestamp::kEarliest), (FoundOffset{kNoTimestamp, {3}, {0}}));
    EXPECT_EQ(find(log, timestamp::kEarliestLocal), find(log, timestamp::kEarliest));
    EXPECT_EQ(find(log, timestamp::kLatestTiered), FoundOffset{});
}

TEST(PartitionLookup, FindsTheMaxTimestampAndItsEpochInWhatWasDeletedAndIsStillThere) {
    PartitionHarness log;
    log.append_many(5, {.records = 2, .timestamp = {700}});
    ASSERT_TRUE(log.partition->delete_records({-1}).ok());

    EXPECT_EQ(find(log, timestamp::kMax), (FoundOffset{{700}, {0}, {0}}));
    EXPECT_EQ(find(log, {600}), FoundOffset{});
}

TEST(PartitionLookup, SaysNothingOfRecordsAboveTheLimit) {
    LogConfig config;
    config.flush_messages = 1;
    PartitionHarness log(config);
    log.append_many(2, {.timestamp = {500}});

    EXPECT_EQ(find(log, {400}), FoundOffset{});
    EXPECT_EQ(find(log, timestamp::kLatest).offset, Offset{0});
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(find(log, {400}).offset, Offset{0});
}

TEST(PartitionDeletion, DeletedRecordsStayDeletedAndTheirSegmentsGo) {
    PartitionHarness log(small_segments());
    log.append_many(100, {.value_bytes = 200});
    const std::uint64_t size = log.partition->size_in_bytes();

    auto start = log.partition->delete_records({50});
    ASSERT_TRUE(start.ok());
    EXPECT_EQ(*start, Offset{50});
    EXPECT_LT(log.partition->size_in_bytes(), size * 6 / 10);
    EXPECT_EQ(log.partition->delete_records({10}).value(), Offset{50});
    EXPECT_EQ(log.partition->delete_records({101}).error().code, ErrorCode::OFFSET_OUT_OF_RANGE);
    EXPECT_EQ(log.partition->delete_records({-2}).error().code, ErrorCode::OFFSET_OUT_OF_RANGE);
    log.close_and_reopen();

    EXPECT_EQ(log.partition->log_start_offset(), Offset{50});
    EXPECT_EQ(log.partition->delete_records({-1}).value(), Offset{100});
    EXPECT_FALSE(log.partition->take_removals().empty());
}

TEST(PartitionDeletion, OffsetsAreNotGivenAgainWhenTheWholeLogWasDeletedAndLost) {
    PartitionHarness log;
    log.append_many(10, {});
    ASSERT_TRUE(log.partition->delete_records({-1}).ok());
    log.checkpoint();
    ASSERT_TRUE(log.files.remove(log.kFolder + "/00000000000000000000.log").ok());

    log.kill_and_reopen();

    EXPECT_EQ(log.append({}).base_offset, Offset{10});
}

TEST(PartitionRetention, DropsTheOldestSegmentsBySizeAndByTime) {
    PartitionHarness log(small_segments());
    for (int i = 0; i < 100; ++i) {
        log.append_many(1, {.value_bytes = 200, .timestamp = {1000 + i}});
    }
    LogConfig config = small_segments();
    config.retention_bytes = 10'000;
    log.partition->set_config(config);
    ASSERT_TRUE(log.partition->apply_retention({1100}).ok());
    EXPECT_GE(log.partition->size_in_bytes(), 10'000u);
    EXPECT_LT(log.partition->size_in_bytes(), 10'000u + 2048u);
    const Offset by_size = log.partition->log_start_offset();
    EXPECT_GT(by_size, Offset{0});

    config.retention_ms = 1000;
    log.partition->set_config(config);
    ASSERT_TRUE(log.partition->apply_retention({2080}).ok());
    EXPECT_GT(log.partition->log_start_offset(), by_size);
    EXPECT_LE(log.partition->log_start_offset(), Offset{80});

    ASSERT_TRUE(log.partition->apply_retention({9000}).ok());
    EXPECT_EQ(log.partition->log_start_offset(), Offset{100});
    EXPECT_EQ(log.partition->size_in_bytes(), 0u);
    log.kill_and_reopen();
    EXPECT_EQ(log.append({}).base_offset, Offset{100});
}

// Where it is needed most: the active segment stays until what is older has made room.
TEST(PartitionRetention, WorksOnAFullDisk) {
    LogConfig config = small_segments();
    config.retention_ms = 1000;
    PartitionHarness log(config);
    log.append_many(100, {.value_bytes = 200});
    log.files.fail(MemoryFileSystem::Call::Open, "00100.log");

    ASSERT_TRUE(log.partition->apply_retention({9000}).ok());
    EXPECT_FALSE(log.partition->is_offline());
    EXPECT_GT(log.partition->log_start_offset(), Offset{50});
    EXPECT_LT(log.partition->log_start_offset(), Offset{100});
    EXPECT_TRUE(log.append({.timestamp = {1000}}).ok());

    ASSERT_TRUE(log.partition->apply_retention({9000}).ok());
    EXPECT_EQ(log.partition->log_start_offset(), Offset{101});
    EXPECT_EQ(log.append({}).base_offset, Offset{101});
}

TEST(PartitionRetention, WithoutTimestampsCountsFromWhenTheFileWasLastWritten) {
    LogConfig config = small_segments();
    config.retention_ms = 1000;
    PartitionHarness log(config);
    log.files.set_time({5000});
    log.append_many(30, {.value_bytes = 200, .timestamp = kNoTimestamp});
    log.files.set_time({8000});
    log.append_many(30, {.value_bytes = 200, .timestamp = kNoTimestamp});

    ASSERT_TRUE(log.partition->apply_retention({6000}).ok());
    EXPECT_EQ(log.partition->log_start_offset(), Offset{0});
    ASSERT_TRUE(log.partition->apply_retention({6001}).ok());

    EXPECT_GT(log.partition->log_start_offset(), Offset{10});
    EXPECT_LE(log.partition->log_start_offset(), Offset{30});
}

// How long each segment took to be rolled, when a record comes every 10 ms.
std::vector<std::int64_t> roll_times_ms(bool restart_in_between) {
    LogConfig config;
    config.segment_ms = 1000;
    config.segment_jitter_ms = 800;
    PartitionHarness log(config);
    std::vector<std::int64_t> times;
    std::int64_t began = 0;
    for (std::int64_t now = 0; now < 20'000; now += 10) {
        log.append_many(1, {.timestamp = {now}});
        const Offset last = log.partition->log_end_offset().previous();
        if (now > 0 && log.files.exists(file_path(log.kFolder, last, kLogSuffix))) {
            times.push_back(now - began);
            began = now;
        }
        if (restart_in_between && now % 500 == 0) log.kill_and_reopen();
    }
    return times;
}

TEST(PartitionRolling, JitterSpreadsTheRollsAndIsTheSameAfterARestart) {
    const std::vector<std::int64_t> times = roll_times_ms(false);

    const auto [least, most] = std::ranges::minmax(times);
    EXPECT_GT(times.size(), 20u);
    EXPECT_GE(least, 200);
    EXPECT_LE(most, 1010);
    EXPECT_GT(most - least, 300);
    EXPECT_EQ(roll_times_ms(true), times);
}

TEST(PartitionRetention, AnEmptyCleanupPolicyKeepsEverything) {
    LogConfig config = small_segments();
    config.cleanup_delete = false;
    config.retention_ms = 1;
    PartitionHarness log(config);
    log.append_many(50, {.value_bytes = 200});

    ASSERT_TRUE(log.partition->apply_retention({1'000'000'000}).ok());

    EXPECT_EQ(log.partition->log_start_offset(), Offset{0});
}

TEST(PartitionRetention, AReaderKeepsTheFileItReadsFrom) {
    PartitionHarness log(small_segments());
    log.append_many(50, {.value_bytes = 200});
    auto result = log.partition->read({0}, 1000, true, ReadLimit::HighWatermark);
    ASSERT_TRUE(result.ok());

    ASSERT_TRUE(log.partition->delete_records({-1}).ok());
    for (const std::string& path : log.partition->take_removals()) {
        ASSERT_TRUE(log.files.remove(path).ok());
    }

    EXPECT_EQ(RecordBatchView(result->records.bytes).base_offset(), Offset{0});
    EXPECT_EQ(log.partition->read({0}, 1000, true, ReadLimit::HighWatermark).error().code,
              ErrorCode::OFFSET_OUT_OF_RANGE);
}

}  // namespace
}  // namespace kafka::storage
