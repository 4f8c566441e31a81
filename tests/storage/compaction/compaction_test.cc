// What compaction leaves, and when it is due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

const auto kTombstone = std::nullopt;

std::vector<std::string> keys_of(const std::vector<SeenRecord>& records) {
    std::vector<std::string> keys;
    for (const SeenRecord& record : records) keys.push_back(record.key);
    return keys;
}

TEST(Compaction, KeepsTheLastRecordOfEachKeyWhereItStood) {
    CompactionHarness log;
    log.write({{"a", "1"}, {"b", "1"}, {"a", "2"}});
    log.write({{"c", "1"}, {"b", "2"}});
    log.roll();

    log.compact();

    EXPECT_THAT(log.records(), ElementsAre(SeenRecord{2, "a", "2"}, SeenRecord{3, "c", "1"},
                                           SeenRecord{4, "b", "2"}, SeenRecord{5, "roll", "1"}));
    EXPECT_EQ(log.partition->log_end_offset(), Offset{6});
    EXPECT_EQ(log.partition->checkpoint().first_dirty_offset, Offset{5});
}

TEST(Compaction, LeavesTheActiveSegmentAlone) {
    CompactionHarness log;
    log.write({{"a", "1"}});
    log.write({{"a", "2"}});

    EXPECT_EQ(log.partition->compaction_need(log.kNow)->cleanable_bytes, 0u);
    log.compact();

    EXPECT_THAT(log.records(), SizeIs(2));
}

TEST(Compaction, KeepsTheHeaderOfABatchThatLosesRecords) {
    CompactionHarness log;
    const BatchOptions producer{.producer_id = {7}, .producer_epoch = {2}, .base_sequence = {40}};
    log.write({{"a", "1"}, {"b", "1"}, {"c", "1"}}, producer);
    log.write({{"a", "2"}, {"c", "2"}});
    log.roll();
    const Bytes before = log.read_all();

    log.compact();

    const Bytes after = log.read_all();
    const RecordBatchView old(before);
    const RecordBatchView batch(after);
    EXPECT_EQ(batch.base_offset(), old.base_offset());
    EXPECT_EQ(batch.last_offset(), old.last_offset());
    EXPECT_EQ(batch.last_sequence(), old.last_sequence());
    EXPECT_EQ(batch.producer_id(), old.producer_id());
    EXPECT_EQ(batch.producer_epoch(), old.producer_epoch());
    EXPECT_EQ(batch.partition_leader_epoch(), old.partition_leader_epoch());
    EXPECT_EQ(batch.record_count(), 1);
    EXPECT_EQ(batch.max_timestamp(), TimestampMs{1000});
}

TEST(Compaction, CopiesABatchOfWhichNothingIsDroppedByteForByte) {
    CompactionHarness log;
    log.write({{"a", "1"}});
    for (const auto codec : {CompressionType::Gzip, CompressionType::Snappy, CompressionType::Lz4,
                             CompressionType::Zstd}) {
        // No codec of ours makes these bytes: they are of another level.
        const Compression other{codec, codec == CompressionType::Zstd ? 19 : 1};
        log.write({{key(static_cast<int>(codec)), std::string(200, 'x')}}, {.compression = other});
    }
    log.write({{"a", "2"}});
    log.roll();
    const Bytes before = log.read_all();

    log.compact();

    const Bytes after = log.read_all();
    const std::size_t dropped = RecordBatchView(before).size_in_bytes();
    EXPECT_EQ(after, Bytes(before.begin() + static_cast<std::ptrdiff_t>(dropped), before.end()));
}

TEST(Compaction, RecompressesWithTheBatchsCodec) {
    for (const auto codec : {CompressionType::Gzip, CompressionType::Snappy, CompressionType::Lz4,
                             CompressionType::Zstd}) {
        CompactionHarness log;
        log.write({{"a", "1"}, {"b", std::string(100, 'b')}}, {.compression = {codec, 1}});
        log.write({{"a", "2"}});
        log.roll();

        log.compact();

        EXPECT_THAT(keys_of(log.records()), ElementsAre("b", "a", "roll"));
        EXPECT_EQ(RecordBatchView(log.read_all()).compression(), codec);
    }
}

TEST(Compaction, ARecordTimeThatTheBrokerSetStays) {
    LogConfig config = CompactionHarness::small_segments();
    config.message_timestamp_type = TimestampType::LogAppendTime;
    CompactionHarness log(config);
    log.write({{"a", "1"}, {"b", kTombstone}});
    log.write({{"a", "2"}});
    log.roll();

    log.compact();

    const Bytes after = log.read_all();
    const RecordBatchView batch(after);
    EXPECT_EQ(batch.timestamp_type(), TimestampType::LogAppendTime);
    EXPECT_EQ(batch.max_timestamp(), log.kNow);
    EXPECT_EQ(batch.record_count(), 1);
}

TEST(Compaction, ATombstoneGoesInThePassAfterItsTimeHasCome) {
    CompactionHarness log;
    log.write({{"a", "1"}, {"b", "1"}});
    log.write({{"a", kTombstone}, {"c", "1"}});
    log.roll();

    log.compact(TimestampMs{10'000});
    EXPECT_THAT(log.records(), testing::Contains(SeenRecord{2, "a", kTombstone}));
    const Bytes first = log.read_all();
    RecordBatchReader batches(first);
    (void)batches.next();
    EXPECT_EQ(batches.next()->delete_horizon(), TimestampMs{10'500});

    log.compact(TimestampMs{10'499});
    EXPECT_EQ(log.read_all(), first);

    log.compact(TimestampMs{10'500});
    EXPECT_THAT(keys_of(log.records()), ElementsAre("b", "c", "roll"));
    EXPECT_EQ(records_in(log.read_all())[1].offset, 3);
}

TEST(Compaction, ATombstoneThatIsToStayForEverStays) {
    LogConfig config = CompactionHarness::small_segments();
    config.delete_retention_ms = LogConfig::kNever;
    CompactionHarness log(config);
    log.write({{"a", kTombstone}});
    log.roll();

    log.compact(TimestampMs{10'000});
    log.compact(TimestampMs{20'000});

    EXPECT_THAT(log.records(), testing::Contains(SeenRecord{0, "a", kTombstone}));
}

TEST(Compaction, TimesOfRecordsSurviveTheDeleteHorizon) {
    CompactionHarness log;
    log.write({{"a", kTombstone}, {"b", "1"}}, {}, {1234});
    log.roll();

    log.compact(TimestampMs{50'000});

    EXPECT_EQ(log.partition->find_offset({1234}, ReadLimit::LogEnd)->timestamp, TimestampMs{1234});
    EXPECT_EQ(log.partition->find_offset({1234}, ReadLimit::LogEnd)->offset, Offset{0});
}

TEST(Compaction, MergesSegmentsUpToTheSizeOfOne) {
    CompactionHarness log;
    for (int i = 0; i < 60; ++i) {
        log.write({{key(i % 6), std::string(20, 'v')}}, {}, {1000 + i});
    }
    log.roll();
    const auto logs = [&log] {
        std::vector<std::int64_t> bases;
        for (const std::string& name : log.file_names()) {
            if (const auto base = parse_file_name(name, kLogSuffix)) bases.push_back(base->value);
        }
        return bases;
    };
    const std::size_t before = logs().size();
    EXPECT_GE(before, 8u);

    log.compact();
    const std::size_t once = logs().size();
    log.compact();

    // Groups are made by what the segments hold before; the second pass finds them small.
    EXPECT_LE(once, before);
    EXPECT_LE(logs().size(), 4u);
    EXPECT_THAT(log.last_values(), SizeIs(7));
    EXPECT_EQ(log.partition->find_offset({1058}, ReadLimit::LogEnd)->offset, Offset{58});
}

TEST(Compaction, EverySegmentKeepsItsEnd) {
    CompactionHarness log;
    for (int i = 0; i < 40; ++i) log.write({{"same", std::string(100, 'v')}});
    log.roll();

    log.compact();

    // No segment but the last has a record, and yet there is no gap between them.
    const Bytes all = log.read_all();
    RecordBatchReader reader(all);
    Offset end{0};
    int headers = 0;
    while (const auto batch = reader.next()) {
        end = batch->next_offset();
        headers += batch->record_count() == 0;
    }
    EXPECT_EQ(end, log.partition->log_end_offset());
    EXPECT_GE(headers, 5);
    EXPECT_THAT(log.records(), SizeIs(2));
    log.recovery_point = {0};
    log.open(RecoveryMode::MachineFailed);
    EXPECT_EQ(log.read_all(), all);
}

TEST(Compaction, GoesOnAnotherTimeWhereTheMapWasFull) {
    CompactionHarness log;
    log.settings.key_map_bytes = 40 * KeyMap::kEntryBytes;
    std::map<std::string, std::string> expected;
    for (int i = 0; i < 200; ++i) {
        const std::string one = key(i % 90);
        log.write({{one, std::to_string(i)}, {"always", std::to_string(i)}});
        expected[one] = expected["always"] = std::to_string(i);
    }
    log.roll();
    expected["roll"] = "1";

    Offset reached{-1};
    int passes = 0;
    while (log.partition->compaction_need(log.kNow)->cleanable_bytes > 0) {
        log.compact();
        const Offset now = log.partition->checkpoint().first_dirty_offset;
        ASSERT_GT(now, reached);
        reached = now;
        ASSERT_EQ(log.last_values(), expected);
        ++passes;
    }

    EXPECT_GE(passes, 3);
    EXPECT_LT(log.records().size(), 200u);
}

// The map of keys has 40 bits for an offset.
TEST(Compaction, ComesThroughALogWhoseOffsetsJump) {
    CompactionHarness log;
    log.write({{"a", "1"}, {"b", "1"}});
    std::int64_t offset = 2;
    for (const std::string value : {"2", "3"}) {
        offset += std::int64_t{1} << 41;
        for (const std::string& one : {value + "0", value + "1"}) {
            Bytes batch = batch_of({{"a", one}});
            MutableRecordBatch(batch).set_base_offset({offset++});
            MutableRecordBatch(batch).set_partition_leader_epoch(log.epoch);
            ASSERT_TRUE(log.partition->append_as_follower(batch, log.kNow).ok());
        }
    }
    log.partition->become_leader(log.epoch);
    log.roll();

    Offset reached{-1};
    while (log.partition->compaction_need(log.kNow)->cleanable_bytes > 0) {
        log.compact();
        const Offset now = log.partition->checkpoint().first_dirty_offset;
        ASSERT_GT(now, reached);
        reached = now;
    }

    EXPECT_EQ(reached, Offset{offset});
    EXPECT_THAT(log.records(),
                ElementsAre(SeenRecord{1, "b", "1"}, SeenRecord{offset - 1, "a", "31"},
                            SeenRecord{offset, "roll", "1"}));
}

TEST(Compaction, IsDueByTheShareOfDirtyBytes) {
    CompactionHarness log;
    log.write({{"a", std::string(400, 'x')}});
    log.roll();
    LogConfig config = log.config;
    config.min_cleanable_dirty_ratio = 0.5;
    EXPECT_DOUBLE_EQ(log.partition->compaction_need(log.kNow)->dirty_ratio(), 1.0);
    log.compact();
    EXPECT_DOUBLE_EQ(log.partition->compaction_need(log.kNow)->dirty_ratio(), 0.0);

    log.write({{"b", std::string(200, 'x')}});
    log.roll();
    const auto little = log.partition->compaction_need(log.kNow);
    EXPECT_GT(little->dirty_ratio(), 0.3);
    EXPECT_FALSE(little->is_due(config));

    log.write({{"b", std::string(400, 'x')}});
    log.roll();
    EXPECT_TRUE(log.partition->compaction_need(log.kNow)->is_due(config));
}

TEST(Compaction, WaitsForTheYoungestRecordsAsLongAsIsAskedFor) {
    LogConfig config = CompactionHarness::small_segments();
    config.min_compaction_lag_ms = 1000;
    CompactionHarness log(config);
    log.write({{"a", "1"}}, {}, {1000});
    log.write({{"a", "2"}}, {}, {1500});
    log.roll();

    EXPECT_EQ(log.partition->compaction_need({2499})->cleanable_bytes, 0u);
    log.compact({2499});
    EXPECT_THAT(keys_of(log.records()), ElementsAre("a", "a", "roll"));
    log.compact({2500});
    EXPECT_THAT(keys_of(log.records()), ElementsAre("a", "roll"));
}

TEST(Compaction, IsOverdueWhenTheOldestRecordHasWaitedTooLong) {
    LogConfig config = CompactionHarness::small_segments();
    config.max_compaction_lag_ms = 60'000;
    config.min_cleanable_dirty_ratio = 1;
    CompactionHarness log(config);
    log.write({{"a", "1"}}, {}, {1000});
    log.roll();

    EXPECT_FALSE(log.partition->compaction_need({61'000})->is_due(config));
    EXPECT_TRUE(log.partition->compaction_need({61'001})->is_due(config));
}

TEST(Compaction, ASegmentIsRolledInTimeToBeCompacted) {
    LogConfig config = CompactionHarness::small_segments();
    config.max_compaction_lag_ms = 100;
    CompactionHarness log(config);
    log.write({{"a", "1"}}, {}, {1000});
    log.write({{"b", "1"}}, {}, {1100});
    log.write({{"c", "1"}}, {}, {1101});

    EXPECT_GT(log.partition->compaction_need(log.kNow)->cleanable_bytes, 0u);
}

TEST(Compaction, ReadersInTheMiddleOfAReplacedSegmentFinish) {
    CompactionHarness log;
    for (int i = 0; i < 10; ++i) log.write({{"a", std::to_string(i)}});
    const auto read = log.partition->read({3}, 1 << 20, true, ReadLimit::LogEnd);
    ASSERT_TRUE(read.ok());
    const Bytes seen(read->records.bytes.begin(), read->records.bytes.end());
    log.roll();

    log.compact();

    // The bytes it was given stay, and it goes on at an offset that is not there any more.
    EXPECT_EQ(Bytes(read->records.bytes.begin(), read->records.bytes.end()), seen);
    const auto next = log.partition->read_bytes({4}, 1 << 20, ReadLimit::LogEnd);
    ASSERT_TRUE(next.ok());
    EXPECT_GE(RecordBatchView(*next).last_offset(), Offset{4});
    EXPECT_EQ(log.records().front(), (SeenRecord{9, "a", "9"}));
}

TEST(Compaction, ADamagedBatchEndsItAndNothingChanges) {
    CompactionHarness log;
    for (int i = 0; i < 10; ++i) log.write({{"a", std::to_string(i)}});
    log.roll();
    const std::string path = file_path(log.kFolder, {0}, kLogSuffix);
    auto file = log.files.open(path, OpenMode::ReadWrite);
    const Bytes damage{0xff};
    ASSERT_TRUE((*file)->write_at(200, damage).ok());
    const auto names = log.file_names();
    const auto bytes = read_file(log.files, path);

    const auto result = log.try_compact();

    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::CORRUPT_MESSAGE);
    EXPECT_EQ(log.file_names(), names);
    EXPECT_EQ(*read_file(log.files, path), *bytes);
    EXPECT_FALSE(log.partition->is_offline());
}

TEST(Compaction, AFullDiskEndsItAndNothingIsLost) {
    CompactionHarness log;
    for (int i = 0; i < 10; ++i) log.write({{key(i), std::string(50, 'x')}});
    log.write({{"k0", "2"}});
    log.roll();
    const auto names = log.file_names();
    const auto records = log.records();
    log.files.set_capacity(log.partition->size_in_bytes() + 400);

    EXPECT_FALSE(log.try_compact().ok());

    EXPECT_EQ(log.file_names(), names);
    EXPECT_EQ(log.records(), records);
    log.files.set_capacity(UINT64_MAX);
    EXPECT_TRUE(log.compact().completed);
    EXPECT_EQ(log.records().size(), records.size() - 1);
}

// Those of a log that was just opened are not.
TEST(Compaction, OpensTheSegmentsThatNobodyHasInUse) {
    CompactionHarness log;
    for (int i = 0; i < 60; ++i) log.write({{key(i % 6), std::string(20, 'v')}});
    log.roll();
    log.close_and_reopen();
    const std::vector<SeenRecord> before = log.records();
    const std::vector<SeenRecord> last(before.end() - 7, before.end());
    log.close_and_reopen();

    EXPECT_TRUE(log.compact().completed);

    EXPECT_EQ(log.records(), last);
}

TEST(Compaction, GivesUpWhenAskedTo) {
    CompactionHarness log;
    for (int i = 0; i < 30; ++i) log.write({{"a", std::to_string(i)}});
    log.roll();
    const auto names = log.file_names();
    for (std::int64_t left = 0; left < 40; ++left) {
        log.blocks_left = left;
        EXPECT_FALSE(log.compact().completed);
        EXPECT_EQ(log.file_names(), names);
    }
    log.blocks_left = -1;
    EXPECT_TRUE(log.compact().completed);
    EXPECT_THAT(log.records(), SizeIs(2));
}

}  // namespace
}  // namespace kafka::storage
