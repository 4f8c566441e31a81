#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;
using Call = MemoryFileSystem::Call;

struct CountingObserver : PartitionObserver {
    void partition_changed(Partition&, PartitionChange change) override {
        changes.push_back(change);
        if (unwatch_after_first) unwatch();
    }
    std::vector<PartitionChange> changes;
    bool unwatch_after_first = false;
};

TEST(PartitionAppend, NumbersBatchesAndStampsTheLeaderEpoch) {
    PartitionHarness log;
    log.epoch = {5};
    log.open(RecoveryMode::Clean);

    const AppendResult first = log.append({.records = 3});
    const AppendResult second = log.append({.records = 2});

    EXPECT_EQ(first.base_offset, Offset{0});
    EXPECT_EQ(first.last_offset, Offset{2});
    EXPECT_EQ(second.base_offset, Offset{3});
    EXPECT_EQ(second.log_append_time, kNoTimestamp);
    const Bytes all = log.read_all();
    RecordBatchReader reader(all);
    while (auto batch = reader.next()) {
        EXPECT_EQ(batch->partition_leader_epoch(), LeaderEpoch{5});
        EXPECT_TRUE(batch->crc_matches());
    }
}

TEST(PartitionAppend, TellsTheTimeItSetUnderLogAppendTime) {
    LogConfig config;
    config.message_timestamp_type = TimestampType::LogAppendTime;
    PartitionHarness log(config);

    EXPECT_EQ(log.append({.timestamp = {77}}).log_append_time, PartitionHarness::kNow);
}

TEST(PartitionAppend, ARetryIsAnsweredWithItsOffsetsAndNotWrittenAgain) {
    PartitionHarness log;
    const BatchSpec first{
        .records = 3, .producer_id = {1}, .producer_epoch = {0}, .base_sequence = {0}};
    log.append_many(1, first);
    log.append_many(1, {.records = 1});

    const AppendResult retry = log.append(first);

    EXPECT_TRUE(retry.ok());
    EXPECT_TRUE(retry.duplicate);
    EXPECT_EQ(retry.base_offset, Offset{0});
    EXPECT_EQ(retry.last_offset, Offset{2});
    EXPECT_EQ(retry.log_append_time, TimestampMs{1000});
    EXPECT_EQ(log.partition->log_end_offset(), Offset{4});
}

TEST(PartitionAppend, IsRefusedWithoutLeadershipOrAGoodBatch) {
    PartitionHarness log;
    log.append_many(1, {});

    Bytes damaged = make_batch({});
    damaged.back() ^= 1;
    EXPECT_EQ(log.append_bytes(damaged).error, ErrorCode::CORRUPT_MESSAGE);
    log.partition->become_follower({1});
    EXPECT_EQ(log.append({}).error, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    EXPECT_EQ(log.partition->log_end_offset(), Offset{1});
}

// As Kafka caps min.insync.replicas with the number of replicas.
TEST(PartitionAppend, AReplicaThatIsAloneIsEnoughWhateverMinInsyncReplicasSays) {
    LogConfig config;
    config.min_insync_replicas = 2;
    PartitionHarness log(config);

    EXPECT_TRUE(log.append({}).ok());
}

TEST(PartitionAppend, LeaderEpochsOfClientsAreHeldAgainstOurs) {
    PartitionHarness log;
    log.epoch = {4};
    log.open(RecoveryMode::Clean);

    EXPECT_EQ(log.partition->check_leader({-1}), ErrorCode::NONE);
    EXPECT_EQ(log.partition->check_leader({-2}), ErrorCode::FENCED_LEADER_EPOCH);
    EXPECT_EQ(log.partition->check_leader({4}), ErrorCode::NONE);
    EXPECT_EQ(log.partition->check_leader({3}), ErrorCode::FENCED_LEADER_EPOCH);
    EXPECT_EQ(log.partition->check_leader({5}), ErrorCode::UNKNOWN_LEADER_EPOCH);
    log.partition->become_follower({5});
    EXPECT_EQ(log.partition->check_leader({5}), ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST(PartitionAppend, RollsBySizeByTimeAndWhenTheIndexIsFull) {
    const auto segments_after = [](const LogConfig& config, std::int64_t step_ms) {
        PartitionHarness log(config);
        for (int i = 0; i < 20; ++i) {
            log.append_many(1, {.value_bytes = 400, .timestamp = {1000 + i * step_ms}});
        }
        int segments = 0;
        const auto entries = log.files.list(log.kFolder);
        for (const DirectoryEntry& entry : *entries) segments += entry.name.ends_with(".log");
        return segments;
    };
    LogConfig by_size;
    by_size.segment_bytes = 1000;
    EXPECT_EQ(segments_after(by_size, 0), 10);
    LogConfig by_time;
    by_time.segment_ms = 99;
    EXPECT_EQ(segments_after(by_time, 10), 2);
    LogConfig by_index;
    by_index.index_interval_bytes = 0;
    by_index.segment_index_bytes = 40;  // five entries
    EXPECT_EQ(segments_after(by_index, 0), 4);
    EXPECT_EQ(segments_after(LogConfig{}, 10), 1);
}

TEST(PartitionAppend, AFullDiskIsAnErrorThatLeavesNoTraceAndPassesWithIt) {
    PartitionHarness log;
    log.append_many(3, {.value_bytes = 100});
    const Bytes before = log.read_all();
    const std::uint64_t used = UINT64_MAX - log.files.space("/data").value().usable_bytes;

    log.files.set_capacity(used + 50);
    EXPECT_EQ(log.append({.value_bytes = 100}).error, ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_EQ(log.read_all(), before);
    EXPECT_FALSE(log.partition->is_offline());

    log.files.set_capacity(UINT64_MAX);
    EXPECT_EQ(log.append({.value_bytes = 100}).base_offset, Offset{3});
    log.kill_and_reopen();
    EXPECT_EQ(log.partition->log_end_offset(), Offset{4});
}

TEST(PartitionAppend, GoesOfflineWhenATornWriteCannotBeCutOff) {
    PartitionHarness log;
    log.append_many(1, {});
    CountingObserver observer;
    log.partition->watch(observer);
    log.files.fail(Call::Write, ".log");
    log.files.fail(Call::Truncate, ".log");

    EXPECT_EQ(log.append({}).error, ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_TRUE(log.partition->is_offline());
    EXPECT_EQ(log.append({}).error, ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_EQ(log.partition->read({0}, 100, true, ReadLimit::LogEnd).error().code,
              ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_THAT(observer.changes, ElementsAre(PartitionChange::Offline));
}

TEST(PartitionFlush, OneSyncCoversEveryAppendBeforeIt) {
    LogConfig config;
    config.flush_messages = 1;
    PartitionHarness log(config);
    log.append_many(3, {});
    ASSERT_TRUE(log.partition->flush_needed());
    const FlushTicket ticket = log.partition->begin_flush();
    log.append_many(1, {});

    EXPECT_EQ(log.partition->high_watermark(), Offset{0});
    const auto result = ticket.sync();
    log.partition->finish_flush(ticket, result);

    EXPECT_EQ(log.partition->high_watermark(), Offset{3});
    EXPECT_TRUE(log.partition->flush_needed());
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(log.partition->high_watermark(), Offset{4});
    EXPECT_FALSE(log.partition->flush_needed());
}

TEST(PartitionFlush, WithoutFlushMessagesTheHighWatermarkFollowsTheLogEnd) {
    PartitionHarness log;
    log.append_many(3, {});

    EXPECT_EQ(log.partition->high_watermark(), Offset{3});
    EXPECT_FALSE(log.partition->flush_needed());
    EXPECT_FALSE(log.partition->flush_is_due({1'000'000}));
}

TEST(PartitionFlush, IsDueWhenTheOldestRecordHasWaitedLongEnough) {
    LogConfig config;
    config.flush_ms = 500;
    PartitionHarness log(config);
    EXPECT_FALSE(log.partition->flush_is_due({9000}));
    log.append_many(1, {});

    EXPECT_FALSE(log.partition->flush_is_due(PartitionHarness::kNow + 499));
    EXPECT_TRUE(log.partition->flush_is_due(PartitionHarness::kNow + 500));
    ASSERT_TRUE(log.flush());
    EXPECT_FALSE(log.partition->flush_is_due(PartitionHarness::kNow + 5000));
}

TEST(PartitionFlush, RolledSegmentsAreSyncedWithoutTheActiveOne) {
    LogConfig config;
    config.segment_bytes = 2000;
    PartitionHarness log(config);
    log.append_many(3, {});
    EXPECT_FALSE(log.partition->has_unsynced_segments());
    log.append_many(50, {.value_bytes = 100});
    ASSERT_TRUE(log.partition->has_unsynced_segments());

    const FlushTicket ticket = log.partition->begin_flush(FlushReach::SealedSegments);
    log.partition->finish_flush(ticket, ticket.sync());
    log.checkpoint();

    EXPECT_FALSE(log.partition->has_unsynced_segments());
    EXPECT_GT(log.recovery_point, Offset{30});
    EXPECT_LT(log.recovery_point, Offset{53});
    log.lose_power_and_reopen(0);
    EXPECT_EQ(log.partition->log_end_offset(), log.recovery_point);
}

TEST(PartitionFlush, WhatWasSyncedBeforeACutSaysNothingOfWhatCameAfterIt) {
    PartitionHarness log;
    log.append_many(20, {});
    const FlushTicket ticket = log.partition->begin_flush();
    log.partition->begin_truncation({10});
    ASSERT_TRUE(log.partition->truncate_to({10}, {1}).ok());
    log.append_many(5, {});

    log.partition->finish_flush(ticket, ticket.sync());

    EXPECT_EQ(log.partition->checkpoint().recovery_point, Offset{0});
}

TEST(PartitionFlush, AFailedSyncTakesThePartitionOffline) {
    LogConfig config;
    config.flush_messages = 1;
    PartitionHarness log(config);
    log.append_many(1, {});
    log.files.fail(Call::Sync, ".log");

    EXPECT_FALSE(log.flush());
    EXPECT_TRUE(log.partition->is_offline());
    EXPECT_EQ(log.partition->high_watermark(), Offset{0});
}

TEST(PartitionObservers, HearOfEachChangeOnceAndMayLeaveMeanwhile) {
    PartitionHarness log;
    CountingObserver staying;
    CountingObserver leaving;
    leaving.unwatch_after_first = true;
    {
        CountingObserver gone;
        log.partition->watch(gone);
    }
    log.partition->watch(leaving);
    log.partition->watch(staying);

    log.append_many(2, {});
    ASSERT_TRUE(log.partition->delete_records({1}).ok());

    EXPECT_THAT(leaving.changes, ElementsAre(PartitionChange::HighWatermark));
    EXPECT_FALSE(leaving.is_watching());
    EXPECT_THAT(staying.changes,
                ElementsAre(PartitionChange::HighWatermark, PartitionChange::HighWatermark,
                            PartitionChange::LogStart));
    log.partition.reset();
    EXPECT_FALSE(staying.is_watching());
}

TEST(PartitionReplica, AppendsTheLeadersBatchesAndTruncatesToWhatItAgreesOn) {
    PartitionHarness leader;
    leader.append_many(4, {.records = 2});
    PartitionHarness follower;
    follower.partition->become_follower({1});

    ASSERT_TRUE(follower.partition->append_as_follower(leader.read_all(), {1}).ok());
    EXPECT_EQ(follower.read_all(), leader.read_all());
    EXPECT_EQ(follower.partition->high_watermark(), Offset{0});
    follower.partition->set_high_watermark({100});
    EXPECT_EQ(follower.partition->high_watermark(), Offset{8});
    follower.partition->begin_truncation({5});
    ASSERT_TRUE(follower.partition->truncate_to({5}, {1}).ok());

    EXPECT_EQ(follower.partition->log_end_offset(), Offset{4});
    EXPECT_EQ(follower.partition->high_watermark(), Offset{4});
    follower.close_and_reopen();
    EXPECT_EQ(follower.partition->log_end_offset(), Offset{4});
}

}  // namespace
}  // namespace kafka::storage
