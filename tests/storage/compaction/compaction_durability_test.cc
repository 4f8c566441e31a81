// What a record was dropped for survives whatever the segment survives from which it is gone; and
// what older snapshots say of transactions that are gone is not believed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

constexpr ProducerId kProducer{9};

// Two of these do not fit into one segment.
const std::string kBig(700, 'v');

struct World : CompactionHarness {
    World() : CompactionHarness(segments_for_one_big_value()) {}

    static LogConfig segments_for_one_big_value() {
        LogConfig config = small_segments();
        config.segment_bytes = 1300;
        return config;
    }
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
    log.write({{"k", "old"}, {"other", kBig}});
    log.roll();
    log.flush_all();
    log.write({{"k", "new"}, {"another", kBig}});
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

// The snapshot of a segment says that a transaction is open, whose marker came after it.
TEST(CompactionDurability, ATransactionOfWhichNothingIsLeftIsNotOpenAfterARestart) {
    World log;
    log.write_in_transaction(0, {{"k", "in the transaction"}});
    log.write({{"other", kBig}});
    log.roll();
    log.end_transaction(kProducer, {0}, ControlRecordType::Commit);
    log.write({{"k", "after it"}});
    log.write({{"k", "of the same producer"}},
              {.producer_id = kProducer, .producer_epoch = {0}, .base_sequence = {1}});
    log.write({{"another", kBig}});
    log.roll();
    log.flush_all();
    for (int pass = 0; pass < 3; ++pass) log.compact({10'000 * (pass + 1)});
    ASSERT_EQ(log.partition->last_stable_offset(), log.partition->log_end_offset());

    log.recovery_point = {3};  // as if its snapshot were the newest that is synced
    log.lose_power_and_reopen(1);

    EXPECT_EQ(log.partition->last_stable_offset(), log.partition->log_end_offset());
}

TEST(CompactionDurability, WhatTakesThePlaceOfALostEndIsNotTakenForCompacted) {
    World log;
    log.write({{"k", "old"}});
    log.write({{"k", "new"}});
    log.first_dirty_offset = {1000};

    log.kill_and_reopen();

    EXPECT_EQ(log.partition->checkpoint().first_dirty_offset, Offset{0});
}

}  // namespace
}  // namespace kafka::storage
