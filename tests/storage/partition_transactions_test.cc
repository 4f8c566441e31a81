// Transactions in a partition: what is stable, what was aborted, and what is left of that after
// every way to stop.
#include <gtest/gtest.h>

#include <map>

#include "protocol/record_batch_control.h"
#include "storage/file_names.h"
#include "tests/storage/support/partition_harness.h"
#include "tests/support/test_data.h"

namespace kafka::storage {
namespace {

using Aborted = std::vector<AbortedTransaction>;

class TransactionHarness : public PartitionHarness {
  public:
    using PartitionHarness::PartitionHarness;

    // One transactional batch of so many records.
    void write(std::int64_t producer, int records = 1) {
        BatchSpec spec;
        spec.records = records;
        spec.producer_id = {producer};
        spec.producer_epoch = {0};
        spec.base_sequence = sequences_[producer];
        spec.transactional = true;
        sequences_[producer] += records;
        CHECK(append(spec).ok(), "a transactional batch is appended");
    }
    AppendResult end(std::int64_t producer, ControlRecordType type) {
        AppendRequest request;
        request.context.origin = AppendOrigin::Coordinator;
        return append_bytes(make_transaction_marker({type, {0}}, {producer}, {0}, epoch, kNow),
                            request);
    }
    void commit(std::int64_t producer) {
        CHECK(end(producer, ControlRecordType::Commit).ok(), "a marker is appended");
    }
    void abort(std::int64_t producer) {
        CHECK(end(producer, ControlRecordType::Abort).ok(), "a marker is appended");
    }

    Offset stable() const { return partition->last_stable_offset(); }
    ReadResult read_committed(std::int64_t from, std::int64_t max_bytes = 1 << 20) const {
        return partition->read({from}, max_bytes, true, ReadLimit::LastStable).value();
    }
    Aborted aborted(std::int64_t from = 0) const {
        return read_committed(from).aborted_transactions;
    }
    // Of each transaction, its first offset.
    std::vector<std::int64_t> aborted_firsts(std::int64_t from = 0) const {
        std::vector<std::int64_t> firsts;
        for (const auto& each : aborted(from)) firsts.push_back(each.first_offset.value);
        return firsts;
    }
    std::string index_path(std::int64_t base = 0) const {
        return file_path(kFolder, {base}, kTransactionIndexSuffix);
    }
    std::vector<std::int64_t> indexes() {
        std::vector<std::int64_t> bases;
        const auto entries = files.list(kFolder);
        for (const DirectoryEntry& entry : *entries) {
            const auto base = parse_file_name(entry.name, kTransactionIndexSuffix);
            if (base) bases.push_back(base->value);
        }
        return bases;
    }

  private:
    std::map<std::int64_t, Sequence> sequences_;
};

using Firsts = std::vector<std::int64_t>;

TEST(PartitionTransactions, TheLastStableOffsetStopsAtTheFirstOpenTransaction) {
    TransactionHarness log;
    log.append({.records = 2});
    log.write(1);
    log.write(2, 3);
    EXPECT_EQ(log.stable(), Offset{2});
    EXPECT_EQ(log.read_committed(0).last_stable_offset, Offset{2});
    EXPECT_TRUE(log.read_committed(2).records.empty());

    log.commit(1);
    EXPECT_EQ(log.stable(), Offset{3});

    log.abort(2);
    EXPECT_EQ(log.stable(), log.partition->log_end_offset());
    EXPECT_EQ(log.aborted_firsts(), (Firsts{3}));
}

TEST(PartitionTransactions, TheLastStableOffsetWaitsForTheMarkerToBeCommitted) {
    LogConfig config;
    config.flush_messages = 1;
    TransactionHarness log(config);
    log.write(1);
    ASSERT_TRUE(log.flush());
    log.commit(1);
    EXPECT_EQ(log.stable(), Offset{0});
    ASSERT_TRUE(log.flush());
    EXPECT_EQ(log.stable(), Offset{2});
}

TEST(PartitionTransactions, DeletedRecordsMoveTheLastStableOffsetOfAnOpenTransaction) {
    TransactionHarness log;
    log.write(1, 4);
    ASSERT_TRUE(log.partition->delete_records({3}).ok());
    EXPECT_EQ(log.stable(), Offset{3});
}

TEST(PartitionTransactions, OnlyReadersOfCommittedRecordsAreToldOfAbortedOnes) {
    TransactionHarness log;
    log.write(1);
    log.abort(1);
    log.append({.records = 1});
    log.write(1, 2);
    log.abort(1);

    EXPECT_EQ(log.aborted(), (Aborted{{{1}, {0}, {1}, {2}}, {{1}, {3}, {5}, {6}}}));
    EXPECT_EQ(log.aborted_firsts(2), (Firsts{3}));
    const auto all = log.partition->read({0}, 1 << 20, true, ReadLimit::HighWatermark);
    EXPECT_TRUE(all->aborted_transactions.empty());
}

TEST(PartitionTransactions, AMarkerInALaterSegmentIsFound) {
    LogConfig config;
    config.segment_bytes = 300;
    TransactionHarness log(config);
    log.write(1);
    for (int i = 0; i < 10; ++i) log.append({.records = 1, .value_bytes = 100});
    log.abort(1);
    log.append({.records = 1});
    ASSERT_EQ(log.aborted_firsts(), (Firsts{0}));
    EXPECT_GT(log.indexes().at(0), 0);
    const std::int64_t marker = log.aborted().at(0).last_offset.value;
    EXPECT_EQ(log.aborted_firsts(marker), (Firsts{0}));
    EXPECT_EQ(log.aborted_firsts(marker + 1), Firsts{});
}

TEST(PartitionTransactions, AReadIsToldOfNothingThatBeginsBeyondTheNextIndexEntry) {
    LogConfig config;
    config.index_interval_bytes = 1;
    TransactionHarness log(config);
    for (int i = 0; i < 20; ++i) {
        log.write(1);
        log.abort(1);
    }
    EXPECT_EQ(log.aborted_firsts().size(), 20u);
    const auto first = log.read_committed(0, 1);
    EXPECT_LE(first.aborted_transactions.size(), 2u);
    EXPECT_EQ(first.aborted_transactions.at(0).first_offset, Offset{0});
}

// A log with open, committed and aborted transactions in several segments.
void fill(TransactionHarness& log) {
    for (int round = 0; round < 6; ++round) {
        log.write(1);
        log.write(2, 2);
        log.append({.records = 1, .value_bytes = 200});
        round % 2 == 0 ? log.abort(1) : log.commit(1);
        log.append({.records = 1, .value_bytes = 200});
        log.abort(2);
    }
    log.write(3);
    log.append({.records = 1, .value_bytes = 500});
    log.write(1);
    log.abort(1);
}

LogConfig several_segments() {
    LogConfig config;
    config.segment_bytes = 1500;
    config.index_interval_bytes = 100;
    return config;
}

// What a reader of committed records is told from the log start to where it has to stop, and what
// lies in the indexes beyond that.
struct State {
    Offset stable;
    Aborted aborted;

    static State of(const Partition& partition) {
        State state{partition.last_stable_offset(), {}};
        std::map<Offset, AbortedTransaction> by_marker;
        for (Offset at = partition.log_start_offset(); at < state.stable; at += 1) {
            const auto read = partition.read(at, 1, true, ReadLimit::LastStable);
            for (const auto& each : read->aborted_transactions) {
                by_marker.emplace(each.last_offset, each);
            }
        }
        for (const auto& [marker, each] : by_marker) state.aborted.push_back(each);
        return state;
    }
    bool operator==(const State&) const = default;
};

TEST(PartitionTransactions, ACleanStopKeepsWhatIsOpenAndWhatWasAborted) {
    TransactionHarness log(several_segments());
    fill(log);
    ASSERT_GT(log.indexes().size(), 2u);
    const State before = State::of(*log.partition);

    log.close_and_reopen();

    EXPECT_EQ(State::of(*log.partition), before);
    log.abort(3);
    EXPECT_EQ(log.stable(), log.partition->log_end_offset());
}

TEST(PartitionTransactions, AKilledProcessLosesNothingOfThem) {
    TransactionHarness log(several_segments());
    fill(log);
    const State before = State::of(*log.partition);
    for (int again = 0; again < 2; ++again) {
        log.kill_and_reopen();
        EXPECT_EQ(State::of(*log.partition), before);
    }
}

// Ordinary batches among transactions that are all aborted, until the process is dead.
void abort_one_after_another(TransactionHarness& log) {
    BatchSpec written{.value_bytes = 100, .producer_id = {1}, .producer_epoch = {0}};
    for (std::int32_t round = 0; round < 40; ++round) {
        written.base_sequence = {round};
        written.transactional = true;
        if (!log.append(written).ok()) return;
        if (!log.append({.records = 1, .value_bytes = 100}).ok()) return;
        if (!log.end(1, ControlRecordType::Abort).ok()) return;
    }
}

// The transactions of the log, each with the offset that its marker made stable.
Aborted aborted_in(BytesView log, Offset& open) {
    Aborted aborted;
    open = Offset{-1};
    RecordBatchReader batches(log);
    while (const auto batch = batches.next()) {
        if (batch->is_control()) {
            aborted.push_back({{1}, open, batch->last_offset(), batch->next_offset()});
            open = Offset{-1};
        } else if (batch->is_transactional()) {
            open = batch->base_offset();
        }
    }
    return aborted;
}

TEST(PartitionTransactions, WhateverStepItDiesAtTheIndexAgreesWithTheLog) {
    TransactionHarness measured(several_segments());
    const int before = measured.files.steps();
    abort_one_after_another(measured);
    const int steps = measured.files.steps() - before;
    ASSERT_GT(steps, 160);
    for (int step = 0; step < steps; ++step) {
        TransactionHarness log(several_segments());
        log.files.die_at_step(step);
        abort_one_after_another(log);
        log.kill_and_reopen();

        Offset open{-1};
        const Aborted expected = aborted_in(log.read_all(), open);
        const Offset end = log.partition->log_end_offset();
        ASSERT_EQ(log.stable(), open == Offset{-1} ? end : open) << "died at step " << step;
        ASSERT_EQ(State::of(*log.partition).aborted, expected) << "died at step " << step;
    }
}

TEST(PartitionTransactions, TheLossOfPowerLeavesTheTransactionsOfTheLogThatIsLeft) {
    int compared = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        TransactionHarness log(several_segments());
        fill(log);
        if (seed % 3 == 1) log.flush();
        for (int round = 0; round < 5; ++round) {
            log.write(4);
            log.append({.records = 1, .value_bytes = 300});
            log.abort(4);
            if (seed % 3 == 2 && round == 2) log.flush();
        }
        log.lose_power_and_reopen(seed);
        // Where the first segment is gone, nothing tells what was open in it.
        if (log.partition->log_start_offset() > Offset{0}) continue;
        ++compared;

        // A replay of the log that is left.
        PartitionHarness replayed(several_segments());
        replayed.partition->become_follower({0});
        const Bytes left = log.read_all();
        ASSERT_TRUE(replayed.partition->append_as_follower(left, {0}).ok());
        replayed.partition->become_leader({0});
        EXPECT_EQ(State::of(*log.partition), State::of(*replayed.partition)) << seed;
    }
    EXPECT_GT(compared, 20);
}

TEST(PartitionTransactions, TruncationOpensATransactionAnewAndForgetsItsAbort) {
    TransactionHarness log(several_segments());
    fill(log);
    const AbortedTransaction last = State::of(*log.partition).aborted.back();
    log.partition->become_follower({1});
    log.partition->begin_truncation(last.last_offset);
    ASSERT_TRUE(log.partition->truncate_to(last.last_offset, {0}).ok());
    log.epoch = {2};
    log.partition->become_leader({2});

    EXPECT_LE(log.stable(), last.first_offset);
    const State truncated = State::of(*log.partition);
    log.kill_and_reopen();
    EXPECT_EQ(State::of(*log.partition), truncated);
}

TEST(PartitionTransactions, AnAbortThatCannotBeNotedKeepsWhatFollowsFromBeingAppended) {
    TransactionHarness log;
    log.write(1);
    log.files.fail(MemoryFileSystem::Call::Write, ".txnindex", 2);
    EXPECT_TRUE(log.end(1, ControlRecordType::Abort).ok());
    EXPECT_EQ(log.append({.records = 1}).error, ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_TRUE(log.append({.records = 1}).ok());
    EXPECT_EQ(log.aborted_firsts(), (Firsts{0}));
    log.kill_and_reopen();
    EXPECT_EQ(log.aborted_firsts(), (Firsts{0}));
}

TEST(PartitionTransactions, RetentionTakesTheIndexWithItsSegment) {
    LogConfig config = several_segments();
    config.retention_bytes = 0;
    TransactionHarness log(config);
    fill(log);
    log.abort(3);
    ASSERT_TRUE(log.partition->apply_retention({0}).ok());
    EXPECT_TRUE(log.indexes().empty());
    for (const std::string& path : log.partition->take_removals()) {
        ASSERT_TRUE(log.files.remove(path).ok());
    }
    log.kill_and_reopen();
    EXPECT_TRUE(log.indexes().empty());
    EXPECT_EQ(log.stable(), log.partition->log_end_offset());
}

TEST(PartitionTransactions, TheLogOfApacheKafkaGivesItsTransactionIndex) {
    TransactionHarness log;
    log.partition->become_follower({0});
    const Bytes batches = test::read_test_file("producer_state/transactions.log");
    ASSERT_TRUE(log.partition->append_as_follower(batches, {0}).ok());
    EXPECT_EQ(read_file(log.files, log.index_path()).value(),
              test::read_test_file("producer_state/transactions.txnindex"));
    log.partition->become_leader({0});
    EXPECT_EQ(log.stable(), Offset{40});
}

}  // namespace
}  // namespace kafka::storage
