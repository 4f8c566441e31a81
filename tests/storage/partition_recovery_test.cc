// What is left of a partition after every way to stop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "storage/offset_index.h"
#include "storage/time_index.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

using testing::HasSubstr;

std::string log_path(std::int64_t base) {
    return file_path(PartitionHarness::kFolder, {base}, kLogSuffix);
}

void cut_file(FileSystem& files, const std::string& path, std::uint64_t size) {
    auto file = files.open(path, OpenMode::ReadWrite);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->truncate(size).ok());
}

LogConfig small_segments() {
    LogConfig config;
    config.segment_bytes = 4096;
    config.index_interval_bytes = 256;
    return config;
}

std::vector<std::int64_t> segment_bases(PartitionHarness& log) {
    std::vector<std::int64_t> bases;
    const auto entries = log.files.list(log.kFolder);
    for (const DirectoryEntry& entry : *entries) {
        if (const auto base = parse_file_name(entry.name, kLogSuffix)) {
            bases.push_back(base->value);
        }
    }
    return bases;
}

// The bytes of both indexes of the segment, entry by entry, as a scan of its log would make them.
void expect_indexes_agree(PartitionHarness& log, std::int64_t base) {
    OffsetIndex index(log.files, file_path(log.kFolder, {base}, kOffsetIndexSuffix), {base});
    TimeIndex times(log.files, file_path(log.kFolder, {base}, kTimeIndexSuffix), {base});
    ASSERT_TRUE(index.load().ok());
    ASSERT_TRUE(times.load().ok());
    auto bytes = read_file(log.files, log_path(base));
    ASSERT_TRUE(bytes.ok());
    std::vector<OffsetIndex::Entry> expected;
    std::vector<TimestampAndOffset> expected_times;
    TimestampAndOffset newest;
    const auto add_time = [&] {
        if (expected_times.empty() || newest.timestamp > expected_times.back().timestamp) {
            expected_times.push_back(newest);
        }
    };
    std::size_t since_entry = 0;
    RecordBatchReader reader(*bytes);
    for (std::size_t at = 0; auto batch = reader.next(); at = reader.position()) {
        if (batch->max_timestamp() > newest.timestamp) {
            newest = {batch->max_timestamp(), batch->last_offset()};
        }
        if (since_entry > static_cast<std::size_t>(log.config.index_interval_bytes)) {
            expected.push_back({batch->last_offset(), static_cast<std::uint32_t>(at)});
            add_time();
            since_entry = 0;
        }
        since_entry += batch->size_in_bytes();
    }
    if (newest.offset.value >= 0) add_time();
    ASSERT_EQ(index.count(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(*index.at(i), expected[i]);
    ASSERT_EQ(times.count(), expected_times.size());
    for (std::size_t i = 0; i < expected_times.size(); ++i) {
        EXPECT_EQ(*times.at(i), expected_times[i]);
    }
}

TEST(PartitionRecovery, ACleanStopKeepsEverything) {
    PartitionHarness log(small_segments());
    for (int i = 0; i < 120; ++i) {
        log.append_many(1, {.records = 2, .timestamp = {1000 + (i * 7) % 50}});
    }
    const Bytes before = log.read_all();

    log.close_and_reopen();

    EXPECT_EQ(log.read_all(), before);
    EXPECT_EQ(log.partition->log_end_offset(), Offset{240});
    EXPECT_TRUE(log.append({.records = 1}).ok());
}

TEST(PartitionRecovery, IndexesAreWhatAScanOfTheLogWouldMake) {
    PartitionHarness log(small_segments());
    for (int i = 0; i < 120; ++i) {
        log.append_many(1, {.records = 2, .timestamp = {1000 + (i * 7) % 50}});
        if (i == 40) log.kill_and_reopen();
        if (i == 80) log.close_and_reopen();
    }

    ASSERT_TRUE(log.partition->close().ok());

    const std::vector<std::int64_t> bases = segment_bases(log);
    EXPECT_GE(bases.size(), 3u);
    for (const std::int64_t base : bases) expect_indexes_agree(log, base);
}

TEST(PartitionRecovery, ATailTornAtAnyByteIsCutAndTheRestSurvives) {
    for (const RecoveryMode mode : {RecoveryMode::ProcessKilled, RecoveryMode::MachineFailed}) {
        PartitionHarness log;
        log.append_many(3, {.records = 2, .value_bytes = 20});
        const auto size = log.files.open(log_path(0), OpenMode::Read).value()->size().value();
        const std::uint64_t batch_bytes = size / 3;
        for (std::uint64_t left = size; left + 1 > 0; --left) {
            cut_file(log.files, log_path(0), left);
            log.open(mode);
            const auto whole = static_cast<std::int64_t>(left / batch_bytes);
            ASSERT_EQ(log.partition->log_end_offset(), Offset{whole * 2}) << left;
            ASSERT_EQ(log.partition->size_in_bytes(), left / batch_bytes * batch_bytes);
            // It can be written to again, and a second recovery finds the same.
            ASSERT_TRUE(log.append({.records = 2, .value_bytes = 20}).ok());
            const Bytes once = log.read_all();
            log.open(mode);
            ASSERT_EQ(log.read_all(), once);
            if (left == 0) break;
        }
    }
}

// A log that Kafka has kept since then, and serves to this day.
TEST(PartitionRecovery, MessagesOfAFormatThatIsNotServedAreNotCutOff) {
    // Magic 1, key "k0", value "v0".
    const Bytes message{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x1a, 0x74, 0xaa, 0x51, 0x40, 0x01, 0x00, 0x00, 0x00,
                        0x01, 0x8b, 0xcf, 0xe5, 0x68, 0x00, 0x00, 0x00, 0x00, 0x02,
                        0x6b, 0x30, 0x00, 0x00, 0x00, 0x02, 0x76, 0x30};
    for (const RecoveryMode mode :
         {RecoveryMode::Clean, RecoveryMode::ProcessKilled, RecoveryMode::MachineFailed}) {
        PartitionHarness log;
        log.append_many(3, {});
        const std::uint64_t whole = log.partition->size_in_bytes();
        auto file = log.files.open(log_path(0), OpenMode::ReadWrite).take();
        ASSERT_TRUE(file->write_at(whole, message).ok());

        EXPECT_THAT(log.try_open(mode).error().message, HasSubstr("before Kafka 0.11"));
        EXPECT_EQ(file->size().value(), whole + message.size());

        const Bytes damage{0xee};
        ASSERT_TRUE(file->write_at(whole + message.size() - 1, damage).ok());
        ASSERT_TRUE(log.try_open(mode).ok());
        EXPECT_EQ(file->size().value(), whole);
    }
}

TEST(PartitionRecovery, ADamagedBatchAfterTheRecoveryPointEndsTheLogWhenTheMachineFailed) {
    PartitionHarness log(small_segments());
    log.append_many(100, {.records = 1, .value_bytes = 100});
    ASSERT_TRUE(log.flush());
    log.append_many(100, {.records = 1, .value_bytes = 100});
    const std::int64_t damaged = segment_bases(log).back();
    ASSERT_GT(damaged, 100);
    auto file = log.files.open(log_path(damaged), OpenMode::ReadWrite);
    const Bytes damage(1, 0xff);
    ASSERT_TRUE((*file)->write_at(batch_layout::kHeaderBytes + 20, damage).ok());

    log.open(RecoveryMode::MachineFailed);

    EXPECT_EQ(log.partition->log_end_offset(), Offset{damaged});
    EXPECT_EQ(base_offsets(log.read_all()).size(), static_cast<std::size_t>(damaged));
}

TEST(PartitionRecovery, LostAndTornIndexesAreRebuilt) {
    LogConfig config;
    config.index_interval_bytes = 256;
    PartitionHarness log(config);
    for (int i = 0; i < 20; ++i) {
        log.append_many(1, {.records = 3, .value_bytes = 60, .timestamp = {1000 + i}});
    }
    const Bytes before = log.read_all();
    ASSERT_TRUE(log.partition->close().ok());
    const std::string index = file_path(log.kFolder, {0}, kOffsetIndexSuffix);
    const std::string times = file_path(log.kFolder, {0}, kTimeIndexSuffix);
    const auto index_size = log.files.open(index, OpenMode::Read).value()->size().value();
    ASSERT_GT(index_size, 16u);

    for (std::uint64_t left = 0; left <= index_size; ++left) {
        cut_file(log.files, index, left);
        log.open(RecoveryMode::ProcessKilled);
        ASSERT_EQ(log.read_all(1), before);
        ASSERT_TRUE(log.partition->close().ok());
        expect_indexes_agree(log, 0);
    }
    ASSERT_TRUE(log.files.remove(times).ok());
    ASSERT_TRUE(log.files.remove(index).ok());
    log.open(RecoveryMode::Clean);
    ASSERT_TRUE(log.partition->close().ok());
    expect_indexes_agree(log, 0);
}

TEST(PartitionRecovery, RoomThatKafkaReservedInAnIndexIsNotTakenForEntries) {
    PartitionHarness log(small_segments());
    log.append_many(10, {.records = 1, .value_bytes = 100});
    const Bytes before = log.read_all();
    for (const auto suffix : {kOffsetIndexSuffix, kTimeIndexSuffix}) {
        auto file = log.files.open(file_path(log.kFolder, {0}, suffix), OpenMode::Create);
        ASSERT_TRUE((*file)->write_at(0, Bytes(1200, 0)).ok());
    }

    log.open(RecoveryMode::ProcessKilled);

    EXPECT_EQ(log.read_all(1), before);
    ASSERT_TRUE(log.partition->close().ok());
    expect_indexes_agree(log, 0);
}

// Kills the process in every single change that it makes to the file system.
TEST(PartitionRecovery, AProcessKilledAtAnyStepLosesNothingThatWasAcknowledged) {
    for (int step = 0; step < 400; ++step) {
        PartitionHarness log(small_segments());
        log.files.die_at_step(step);
        std::int64_t acknowledged = 0;
        for (int i = 0; i < 60; ++i) {
            const AppendResult result = log.append({.records = 2, .value_bytes = 200});
            if (result.ok()) acknowledged = result.last_offset.value + 1;
            if (i == 30 && !log.files.is_dead()) (void)log.partition->delete_records({20}).ok();
        }
        const bool died = log.files.is_dead();
        const std::int64_t start = log.partition->log_start_offset().value;

        log.kill_and_reopen();

        ASSERT_EQ(log.partition->log_end_offset(), Offset{acknowledged}) << "step " << step;
        ASSERT_LE(log.partition->log_start_offset().value, start);
        const Bytes once = log.read_all(700);
        log.kill_and_reopen();
        ASSERT_EQ(log.read_all(700), once) << "step " << step;
        ASSERT_TRUE(log.append({.records = 2}).ok());
        if (!died) return;
    }
    FAIL() << "the steps never ended";
}

TEST(PartitionRecovery, LossOfPowerLosesNothingThatWasFlushed) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        PartitionHarness log(small_segments());
        ASSERT_TRUE(log.files.sync_directory("/data").ok());
        log.append_many(static_cast<int>(seed % 50) + 1, {.records = 2, .value_bytes = 200});
        ASSERT_TRUE(log.flush());
        const Bytes flushed = log.read_all();
        log.append_many(static_cast<int>(seed % 31), {.records = 1, .value_bytes = 300});
        const Bytes all = log.read_all();

        log.lose_power_and_reopen(seed);

        const Bytes left = log.read_all(1000);
        ASSERT_GE(left.size(), flushed.size()) << "seed " << seed;
        ASSERT_TRUE(std::equal(left.begin(), left.end(), all.begin())) << "seed " << seed;
        log.kill_and_reopen();
        ASSERT_EQ(log.read_all(1000), left) << "seed " << seed;
        ASSERT_TRUE(log.append({.records = 2}).ok());
        ASSERT_TRUE(log.partition->close().ok());
    }
}

TEST(PartitionRecovery, ProducerStateComesBackAndDuplicatesAreRecognised) {
    for (const RecoveryMode mode :
         {RecoveryMode::Clean, RecoveryMode::ProcessKilled, RecoveryMode::MachineFailed}) {
        PartitionHarness log(small_segments());
        for (int i = 0; i < 3000; ++i) {
            ASSERT_TRUE(
                log.append({.producer_id = {7}, .producer_epoch = {1}, .base_sequence = {i}}).ok());
        }
        if (mode == RecoveryMode::Clean) {
            log.close_and_reopen();
        } else {
            log.open(mode);
        }

        // Of a snapshot alone, which is all that a machine that failed leaves for sure, Kafka knows
        // the last batch; otherwise all five that may have been in flight are known.
        const int known = mode == RecoveryMode::MachineFailed ? 1 : 5;
        for (int sequence = 3000 - known; sequence < 3000; ++sequence) {
            const AppendResult retry = log.append(
                {.producer_id = {7}, .producer_epoch = {1}, .base_sequence = {sequence}});
            EXPECT_TRUE(retry.ok());
            EXPECT_TRUE(retry.duplicate);
            EXPECT_EQ(retry.base_offset, Offset{sequence});
        }
        const AppendResult gap =
            log.append({.producer_id = {7}, .producer_epoch = {1}, .base_sequence = {3001}});
        EXPECT_EQ(gap.error, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
        const AppendResult next =
            log.append({.producer_id = {7}, .producer_epoch = {1}, .base_sequence = {3000}});
        EXPECT_TRUE(next.ok());
        EXPECT_FALSE(next.duplicate);
    }
}

TEST(PartitionRecovery, ProducersOfDeletedRecordsAreStillKnown) {
    for (const bool in_a_later_segment : {false, true}) {
        SCOPED_TRACE(in_a_later_segment);
        LogConfig config;
        config.segment_bytes = 1000;
        PartitionHarness log(config);
        if (in_a_later_segment) log.append_many(50, {.value_bytes = 100});
        const BatchSpec sent{.producer_id = {7}, .producer_epoch = {0}, .base_sequence = {0}};
        const Offset offset = log.append(sent).base_offset;
        log.append_many(2, {});
        const auto expect_a_duplicate = [&] {
            const AppendResult again = log.append(sent);
            EXPECT_TRUE(again.duplicate);
            EXPECT_EQ(again.base_offset, offset);
        };
        ASSERT_TRUE(log.partition->delete_records({-1}).ok());
        ASSERT_TRUE(log.flush());

        log.lose_power_and_reopen(0);
        expect_a_duplicate();
        log.kill_and_reopen();
        expect_a_duplicate();
        ASSERT_TRUE(log.partition->delete_records({-1}).ok());
        log.close_and_reopen();
        expect_a_duplicate();
    }
}

TEST(PartitionRecovery, EpochsComeBackFromTheirFileOrFromTheBatches) {
    PartitionHarness log;
    log.append_many(5, {.records = 2});
    log.epoch = {3};
    log.kill_and_reopen();
    log.append_many(5, {.records = 2});
    log.epoch = {4};

    log.kill_and_reopen();
    EXPECT_EQ(log.partition->end_of_epoch({0}), (EpochEnd{{0}, {10}}));
    EXPECT_EQ(log.partition->end_of_epoch({3}), (EpochEnd{{3}, {20}}));
    EXPECT_EQ(log.partition->end_of_epoch({4}), (EpochEnd{{4}, {20}}));

    ASSERT_TRUE(log.files.remove(log.kFolder + "/leader-epoch-checkpoint").ok());
    log.kill_and_reopen();
    EXPECT_EQ(log.partition->end_of_epoch({0}), (EpochEnd{{0}, {10}}));
    EXPECT_EQ(log.partition->end_of_epoch({3}), (EpochEnd{{3}, {20}}));
}

}  // namespace
}  // namespace kafka::storage
