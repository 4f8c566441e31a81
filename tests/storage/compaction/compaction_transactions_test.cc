// Transactions in a log that is compacted: aborted records, markers, and the index of the aborted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr ProducerId kFirst{1};
constexpr ProducerId kSecond{2};

struct World : CompactionHarness {
    World() : CompactionHarness(one_segment()) {}

    static LogConfig one_segment() {
        LogConfig config = small_segments();
        config.segment_bytes = 1 << 20;
        return config;
    }

    void write_in(ProducerId id, std::int32_t sequence, const std::vector<KeyValue>& records) {
        write(records, {.producer_id = id,
                        .producer_epoch = {0},
                        .base_sequence = {sequence},
                        .transactional = true});
    }
    // "<base offset> data" or "<base offset> marker", with "!" for a delete horizon, and the count.
    std::vector<std::string> batches() const {
        std::vector<std::string> all;
        const Bytes bytes = read_all();
        RecordBatchReader reader(bytes);
        while (const auto batch = reader.next()) {
            all.push_back(fmt::format("{} {}{} {}", batch->base_offset().value,
                                      batch->is_control() ? "marker" : "data",
                                      batch->delete_horizon() ? "!" : "", batch->record_count()));
        }
        return all;
    }
    std::vector<AbortedTransaction> aborted() const {
        return partition->read({0}, 1 << 20, true, ReadLimit::LastStable)->aborted_transactions;
    }
};

TEST(CompactionTransactions, AbortedRecordsGoAtOnceAndTheirMarkerTwoPassesLater) {
    World log;
    log.write_in(kFirst, 0, {{"a", "aborted"}});
    log.write_in(kFirst, 1, {{"b", "aborted"}});
    log.end_transaction(kFirst, {0}, ControlRecordType::Abort);
    log.write_in(kFirst, 2, {{"c", "committed"}});
    log.end_transaction(kFirst, {0}, ControlRecordType::Commit);
    log.roll();
    ASSERT_THAT(log.aborted(), testing::SizeIs(1));

    log.compact({10'000});
    EXPECT_THAT(log.batches(), ElementsAre("2 marker 1", "3 data 1", "4 marker 1", "5 data 1"));
    EXPECT_THAT(log.aborted(), testing::SizeIs(1));

    log.compact({10'000});
    EXPECT_THAT(log.batches(), ElementsAre("2 marker! 1", "3 data 1", "4 marker 1", "5 data 1"));
    EXPECT_THAT(log.aborted(), IsEmpty());

    log.compact({10'499});
    EXPECT_THAT(log.batches(), ElementsAre("2 marker! 1", "3 data 1", "4 marker 1", "5 data 1"));
    log.compact({10'500});
    EXPECT_THAT(log.batches(), ElementsAre("3 data 1", "4 marker 1", "5 data 1"));
}

TEST(CompactionTransactions, ACommitMarkerStaysAsLongAsARecordOfItsTransaction) {
    World log;
    log.write_in(kFirst, 0, {{"a", "1"}});
    log.end_transaction(kFirst, {0}, ControlRecordType::Commit);
    log.write({{"b", "1"}});
    log.roll();
    log.compact({10'000});
    log.compact({20'000});
    EXPECT_THAT(log.batches(), ElementsAre("0 data 1", "1 marker 1", "2 data 1", "3 data 1"));

    // The last batch of the producer is kept for its sequence, and so its marker is.
    log.write({{"a", "2"}});
    log.roll();
    log.compact({30'000});
    EXPECT_THAT(log.batches(), testing::Contains("0 data 0"));
    EXPECT_THAT(log.batches(), testing::Contains("1 marker 1"));

    // Once the producer is forgotten neither is needed.
    log.partition->expire_producers({1'000'000'000}, 1);
    log.compact({40'000});
    log.compact({50'000});
    log.compact({60'000});
    EXPECT_THAT(log.batches(), testing::Not(testing::Contains(testing::StartsWith("0 "))));
    EXPECT_THAT(log.batches(), testing::Not(testing::Contains(testing::StartsWith("1 "))));
    EXPECT_EQ(log.last_values().at("a"), "2");
}

TEST(CompactionTransactions, AnAbortedRecordDoesNotReplaceTheCommittedOneOfItsKey) {
    World log;
    log.write({{"a", "kept"}});
    log.write_in(kFirst, 0, {{"a", "aborted"}});
    log.end_transaction(kFirst, {0}, ControlRecordType::Abort);
    log.roll();

    log.compact();

    EXPECT_EQ(log.last_values().at("a"), "kept");
}

TEST(CompactionTransactions, WhatIsNotDecidedIsLeftAlone) {
    World log;
    log.write({{"a", "1"}});
    log.write({{"a", "2"}});
    log.roll();
    log.write_in(kFirst, 0, {{"a", "open"}});
    log.roll();
    log.roll();
    const Offset open{3};
    ASSERT_EQ(log.partition->last_stable_offset(), open);

    log.compact();

    EXPECT_LE(log.partition->checkpoint().first_dirty_offset, open);
    EXPECT_EQ(log.records().front(), (SeenRecord{1, "a", "2"}));
    log.end_transaction(kFirst, {0}, ControlRecordType::Commit);
    log.roll();
    log.compact();
    EXPECT_EQ(log.last_values().at("a"), "open");
    EXPECT_EQ(log.records().front().offset, 3);
}

TEST(CompactionTransactions, AMarkerFarAboveDecidesAboutRecordsBelow) {
    World log;
    log.write_in(kFirst, 0, {{"a", "aborted"}});
    log.write_in(kSecond, 0, {{"b", "kept"}});
    log.end_transaction(kSecond, {0}, ControlRecordType::Commit);
    log.roll();
    log.end_transaction(kFirst, {0}, ControlRecordType::Abort);  // in the active segment

    log.compact();

    EXPECT_THAT(log.records(), ElementsAre(SeenRecord{1, "b", "kept"}, SeenRecord{3, "roll", "1"}));
    ASSERT_THAT(log.aborted(), testing::SizeIs(1));
    EXPECT_EQ(log.aborted().front().producer_id, kFirst);
}

TEST(CompactionTransactions, AProducersSequenceSurvivesTheLossOfItsRecordsAndARestart) {
    World log;
    const BatchOptions producer{.producer_id = kFirst, .producer_epoch = {3}, .base_sequence = {0}};
    log.write({{"a", "1"}, {"a", "2"}}, producer);
    log.write({{"a", "3"}});
    log.roll();
    log.compact();
    ASSERT_THAT(log.batches(), ElementsAre("0 data 0", "2 data 1", "3 data 1"));

    // Without any snapshot, from the log alone.
    log.partition.reset();
    for (const std::string& name : log.file_names()) {
        if (name.ends_with(kSnapshotSuffix) || name == "producer-state") {
            ASSERT_TRUE(log.files.remove(log.kFolder + "/" + name).ok());
        }
    }
    log.kill_and_reopen();

    Bytes again = batch_of({{"a", "1"}, {"a", "2"}}, producer);
    const AppendResult duplicate = log.append_bytes(again);
    EXPECT_TRUE(duplicate.duplicate);
    EXPECT_EQ(duplicate.base_offset, Offset{0});
    BatchOptions next = producer;
    next.base_sequence = {2};
    EXPECT_TRUE(log.append_bytes(batch_of({{"a", "4"}}, next)).ok());
    next.base_sequence = {9};
    EXPECT_EQ(log.append_bytes(batch_of({{"a", "5"}}, next)).error,
              ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
}

TEST(CompactionTransactions, SnapshotsGoWithTheSegmentsTheyBegan) {
    CompactionHarness log;
    const auto snapshots = [&log] {
        return std::ranges::count_if(log.file_names(), [](const std::string& name) {
            return name.ends_with(kSnapshotSuffix);
        });
    };
    for (int i = 0; i < 60; ++i) {
        log.write({{"a", std::string(40, 'x')}},
                  {.producer_id = kFirst, .producer_epoch = {0}, .base_sequence = {i}});
    }
    log.roll();
    ASSERT_GE(snapshots(), 8);

    log.compact();
    log.compact();

    EXPECT_LE(snapshots(), 3);
    log.kill_and_reopen();
    EXPECT_EQ(log.partition->producers().find(kFirst)->last_sequence(), Sequence{59});
}

}  // namespace
}  // namespace kafka::storage
