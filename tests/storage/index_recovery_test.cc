// Indexes of sealed segments that are gone, or not what was synced.
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "storage/time_index.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

std::string path_of(std::string_view suffix) {
    return file_path(PartitionHarness::kFolder, {0}, suffix);
}

// Several segments, everything synced; the newest record of the first is its last one.
void write_segments(PartitionHarness& log) {
    for (int i = 0; i < 60; ++i) {
        log.append_many(1, {.value_bytes = 100, .timestamp = {1000 + i}});
    }
    CHECK(log.flush(), "syncing");
    CHECK(!log.partition->log_start_offset().value, "nothing was deleted");
}

LogConfig small_segments() {
    LogConfig config;
    config.segment_bytes = 2000;
    config.index_interval_bytes = 256;
    return config;
}

Bytes content_of(PartitionHarness& log, std::string_view suffix) {
    return read_file(log.files, path_of(suffix)).value();
}

TEST(IndexRecovery, ARebuildThatIsInterruptedAtAnyStepIsDoneAgain) {
    PartitionHarness whole(small_segments());
    write_segments(whole);
    const Bytes offsets = content_of(whole, kOffsetIndexSuffix);
    const Bytes times = content_of(whole, kTimeIndexSuffix);
    ASSERT_FALSE(offsets.empty());

    bool finished = false;
    for (int step = 0; !finished; ++step) {
        PartitionHarness log(small_segments());
        write_segments(log);
        log.partition.reset();
        ASSERT_TRUE(log.files.remove(path_of(kOffsetIndexSuffix)).ok());
        log.files.die_at_step(step);
        finished = log.try_open(RecoveryMode::ProcessKilled).ok();
        ASSERT_LT(step, 100);

        log.kill_and_reopen();

        EXPECT_EQ(content_of(log, kOffsetIndexSuffix), offsets) << step;
        EXPECT_EQ(content_of(log, kTimeIndexSuffix), times) << step;
    }
}

TEST(IndexRecovery, AnIndexThatTheDiskCutShortIsRebuiltAfterTheLossOfPower) {
    for (const std::string_view suffix : {kOffsetIndexSuffix, kTimeIndexSuffix}) {
        PartitionHarness log(small_segments());
        write_segments(log);
        const Bytes times = content_of(log, kTimeIndexSuffix);
        {
            auto file = log.files.open(path_of(suffix), OpenMode::ReadWrite);
            ASSERT_TRUE((*file)->truncate(TimeIndex::kEntryBytes).ok() && (*file)->sync().ok());
        }

        log.lose_power_and_reopen(0);

        EXPECT_EQ(content_of(log, kTimeIndexSuffix), times);
        const auto found = log.partition->find_offset({1005}, ReadLimit::LogEnd);
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(found->offset, Offset{5});
    }
}

TEST(IndexRecovery, AnIndexThatIsAsItWasSyncedIsLeftAlone) {
    PartitionHarness log(small_segments());
    write_segments(log);
    const int steps = log.files.steps();

    log.lose_power_and_reopen(0);
    ASSERT_TRUE(log.partition->close().ok());

    // The active segment's alone: its indexes cleared and written, and what is made at a stop.
    EXPECT_LT(log.files.steps() - steps, 12);
}

TEST(IndexRecovery, IndexesOfSegmentsThatAreGoneGoAtTheNextStart) {
    PartitionHarness log(small_segments());
    write_segments(log);
    for (const std::int64_t base : {2, 3, 5, 6}) {
        for (const auto suffix : {kOffsetIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
            const auto path = file_path(PartitionHarness::kFolder, {base}, suffix);
            ASSERT_TRUE(log.files.open(path, OpenMode::Create).ok());
        }
    }

    log.kill_and_reopen();

    for (const std::int64_t base : {2, 3, 5, 6}) {
        for (const auto suffix : {kOffsetIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
            const auto path = file_path(PartitionHarness::kFolder, {base}, suffix);
            EXPECT_FALSE(log.files.exists(path)) << path;
        }
    }
}

}  // namespace
}  // namespace kafka::storage
