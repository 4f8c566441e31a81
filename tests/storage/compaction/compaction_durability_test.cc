// What a record was dropped for survives whatever the segment survives from which it is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

constexpr ProducerId kProducer{9};

struct World : CompactionHarness {
    void write_in_transaction(std::int32_t sequence, const std::vector<KeyValue>& records) {
        write(records, {.producer_id = kProducer,
                        .producer_epoch = {0},
                        .base_sequence = {sequence},
                        .transactional = true});
    }
    void flush_all() { CHECK(flush() && files.sync_everything("/data").ok(), "flushing"); }
};

TEST(CompactionDurability, WhatTookARecordsPlaceIsNotLostWithThePower) {
    World log;
    log.write({{"k", "old"}, {"other", "value"}});
    log.roll();
    log.flush_all();
    log.write({{"k", "new"}});
    log.roll();

    ASSERT_TRUE(log.compact().completed);
    ASSERT_EQ(log.last_values()["k"], "new");
    log.lose_power_and_reopen(0);

    EXPECT_EQ(log.last_values()["k"], "new");
}

TEST(CompactionDurability, TheMarkerThatMadeARecordTakeAPlaceIsNotLostWithThePower) {
    World log;
    log.write({{"k", "old"}});
    log.write_in_transaction(0, {{"k", "new"}});
    log.roll();
    log.flush_all();
    // In the active segment, which nobody has flushed.
    log.end_transaction(kProducer, {0}, ControlRecordType::Commit);

    ASSERT_TRUE(log.compact().completed);
    ASSERT_EQ(log.records().front().value, "new");
    log.lose_power_and_reopen(0);

    EXPECT_EQ(log.partition->last_stable_offset(), log.partition->log_end_offset());
}

TEST(CompactionDurability, WithoutThemItIsGivenUpAndThePartitionOffline) {
    World log;
    log.write({{"k", "old"}});
    log.write({{"k", "new"}});
    log.roll();
    log.files.fail(MemoryFileSystem::Call::Sync, "00.log", 1);

    EXPECT_FALSE(log.try_compact().ok());

    EXPECT_TRUE(log.partition->is_offline());
    log.kill_and_reopen();
    EXPECT_EQ(log.records().front().value, "old");
}

TEST(CompactionDurability, AnAbortedRecordTakesNoPlaceEvenIfTheIndexCouldNotBeWritten) {
    World log;
    log.write({{"k", "old"}});
    log.write_in_transaction(0, {{"k", "aborted"}});
    log.roll();
    log.files.fail(MemoryFileSystem::Call::Write, ".txnindex");
    log.end_transaction(kProducer, {0}, ControlRecordType::Abort);

    ASSERT_TRUE(log.compact().completed);

    EXPECT_EQ(log.records().front().value, "old");
}

}  // namespace
}  // namespace kafka::storage
