// What compaction does to times: of segments, and of the records that are found by them.
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

// The one with the largest time is replaced by an earlier one.
TEST(Compaction, TheLargestTimeIsThatOfARecordThatIsLeft) {
    CompactionHarness log;
    log.write({{"a", "1"}}, {}, {1000});
    log.write({{"b", "1"}}, {}, {2000});
    log.write({{"c", std::string(300, 'x')}}, {}, {3'000'000});
    log.roll();
    log.write({{"c", "2"}}, {}, {1500});
    log.roll();
    log.compact();
    ASSERT_FALSE(log.read_all().empty());

    const auto expect_times = [&] {
        const auto find = [&](std::int64_t time) {
            return log.partition->find_offset({time}, ReadLimit::LogEnd)->offset.value;
        };
        const std::int64_t newest = log.partition->log_end_offset().value - 1;
        EXPECT_EQ(find(timestamp::kMax.value), newest);  // of the second roll
        EXPECT_EQ(find(2000), 1);
        EXPECT_EQ(find(3'000'000), -1);
    };
    expect_times();
    log.kill_and_reopen();
    expect_times();
    ASSERT_TRUE(log.files.remove(file_path(log.kFolder, {0}, kTimeIndexSuffix)).ok());
    log.kill_and_reopen();
    expect_times();
}

TEST(Compaction, RecordsWithoutATimeAreAsOldAsTheirFile) {
    LogConfig config = CompactionHarness::small_segments();
    config.min_compaction_lag_ms = 1000;
    CompactionHarness log(config);
    log.files.set_time({5000});
    log.write({{"a", "1"}}, {}, kNoTimestamp);
    log.write({{"a", "2"}}, {}, kNoTimestamp);
    log.roll();

    EXPECT_EQ(log.partition->compaction_need({5999})->cleanable_bytes, 0u);
    EXPECT_GT(log.partition->compaction_need({6000})->cleanable_bytes, 0u);
}

}  // namespace
}  // namespace kafka::storage
