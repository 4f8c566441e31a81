#include "storage/producer_state.h"

#include <gtest/gtest.h>

#include <limits>

#include "protocol/record_batch_builder.h"
#include "protocol/record_batch_control.h"
#include "tests/support/test_data.h"

namespace kafka::storage {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kDay = 86'400'000;

// A partition's producer state together with the offset where its log ends.
class ProducerStateTest : public testing::Test {
  protected:
    struct Batch {
        std::int64_t producer_id = 1;
        std::int16_t epoch = 0;
        std::int32_t sequence = 0;
        std::int32_t records = 1;
        bool transactional = false;
        std::int64_t timestamp = 1'000;
    };

    Bytes bytes_of(const Batch& batch) const {
        BatchOptions options;
        options.base_offset = log_end_;
        options.producer_id = {batch.producer_id};
        options.producer_epoch = {batch.epoch};
        options.base_sequence = {batch.sequence};
        options.transactional = batch.transactional;
        RecordBatchBuilder builder(options);
        for (int i = 0; i < batch.records; ++i) {
            builder.append({.timestamp = {batch.timestamp}, .key = {}, .value = {}, .headers = {}});
        }
        return builder.build();
    }

    Bytes marker_of(std::int64_t producer_id, std::int16_t epoch, ControlRecordType type,
                    std::int32_t coordinator_epoch = 0) const {
        Bytes bytes = make_transaction_marker({type, {coordinator_epoch}}, {producer_id}, {epoch},
                                              {0}, {1'000});
        MutableRecordBatch(bytes).set_base_offset(log_end_);
        return bytes;
    }

    ErrorCode check(const Bytes& bytes, const AppendContext& context = {}) const {
        const auto answer = state_.check(RecordBatchView(bytes), context);
        return answer.ok() ? ErrorCode::NONE : answer.error().code;
    }

    std::optional<CompletedTransaction> apply(const Bytes& bytes) {
        const RecordBatchView batch(bytes);
        log_end_ = batch.next_offset();
        return state_.apply(batch);
    }

    // Appends when the check allows it.
    ErrorCode append(const Batch& batch, const AppendContext& context = {}) {
        const Bytes bytes = bytes_of(batch);
        const ErrorCode code = check(bytes, context);
        if (code == ErrorCode::NONE) apply(bytes);
        return code;
    }

    ProducerState state_;
    Offset log_end_{0};
};

// Every line was asked of Apache Kafka 4.3.0, one after another.
TEST_F(ProducerStateTest, SequencesAndEpochsAreAnsweredAsApacheKafkaAnswersThem) {
    for (const auto& row : test::read_test_table("producer_state/sequences.tsv")) {
        const Bytes bytes = bytes_of({.producer_id = std::stoll(row[1]),
                                      .epoch = static_cast<std::int16_t>(std::stoi(row[2])),
                                      .sequence = std::stoi(row[3]),
                                      .records = std::stoi(row[4])});
        const auto answer = state_.check(RecordBatchView(bytes), {});
        const auto code = answer.ok() ? ErrorCode::NONE : answer.error().code;
        ASSERT_EQ(static_cast<int>(code), std::stoi(row[5])) << row[0] << " " << row[3];
        if (!answer.ok()) continue;

        const Offset base = answer->has_value() ? (*answer)->first_offset() : log_end_;
        EXPECT_EQ(base, Offset{std::stoll(row[6])}) << row[0];
        if (!answer->has_value()) apply(bytes);
    }
    EXPECT_EQ(log_end_, Offset{26});
}

TEST_F(ProducerStateTest, ADuplicateIsAnsweredWithItsOffsetsAndTime) {
    append({.sequence = 0, .records = 3, .timestamp = 77});
    const Bytes retry = bytes_of({.sequence = 0, .records = 3, .timestamp = 77});
    const auto answer = state_.check(RecordBatchView(retry), {});
    ASSERT_TRUE(answer.ok() && answer->has_value());
    EXPECT_EQ((*answer)->first_offset(), Offset{0});
    EXPECT_EQ((*answer)->last_offset, Offset{2});
    EXPECT_EQ((*answer)->timestamp, TimestampMs{77});
}

TEST_F(ProducerStateTest, CoordinatorsAreHeldToEpochsAndNotToSequences) {
    const AppendContext coordinator{.origin = AppendOrigin::Coordinator};
    EXPECT_EQ(append({.epoch = 3, .sequence = -1}, coordinator), ErrorCode::NONE);
    EXPECT_EQ(append({.epoch = 3, .sequence = -1}, coordinator), ErrorCode::NONE);
    EXPECT_EQ(append({.epoch = 2, .sequence = -1}, coordinator), ErrorCode::INVALID_PRODUCER_EPOCH);
}

TEST_F(ProducerStateTest, AnOpenTransactionHoldsTheLastStableOffsetUntilItsMarkerIsReplicated) {
    append({.producer_id = 9});
    append({.producer_id = 1, .records = 2, .transactional = true});
    append({.producer_id = 2, .records = 2, .transactional = true});
    EXPECT_EQ(state_.first_unstable_offset(), Offset{1});

    const auto completed = apply(marker_of(1, 0, ControlRecordType::Abort));
    ASSERT_TRUE(completed);
    EXPECT_EQ(*completed, (CompletedTransaction{{1}, {1}, {5}, true}));
    EXPECT_EQ(state_.last_stable_offset_after(*completed), Offset{3});
    state_.complete(*completed);

    EXPECT_EQ(state_.first_undecided_offset(), Offset{3});
    EXPECT_EQ(state_.first_unstable_offset(), Offset{1});
    state_.on_high_watermark({5});
    EXPECT_EQ(state_.first_unstable_offset(), Offset{1});
    state_.on_high_watermark({6});
    EXPECT_EQ(state_.first_unstable_offset(), Offset{3});
}

TEST_F(ProducerStateTest, AMarkerWithoutATransactionCompletesNothing) {
    EXPECT_FALSE(apply(marker_of(1, 0, ControlRecordType::Commit)));
    EXPECT_EQ(state_.find({1})->epoch, ProducerEpoch{0});
}

TEST_F(ProducerStateTest, SequencesGoOnAfterAMarkerOfTheSameEpochAndStartAnewAfterABump) {
    append({.sequence = 0, .transactional = true});
    state_.complete(*apply(marker_of(1, 0, ControlRecordType::Commit)));
    EXPECT_EQ(append({.sequence = 1, .transactional = true}), ErrorCode::NONE);
    state_.complete(*apply(marker_of(1, 1, ControlRecordType::Commit)));
    EXPECT_EQ(append({.epoch = 1, .sequence = 2, .transactional = true}),
              ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    EXPECT_EQ(append({.epoch = 1, .sequence = 0, .transactional = true}), ErrorCode::NONE);
}

TEST_F(ProducerStateTest, APlainBatchInTheMiddleOfATransactionIsRefused) {
    append({.sequence = 0, .transactional = true});
    EXPECT_EQ(append({.sequence = 1}), ErrorCode::INVALID_TXN_STATE);
}

TEST_F(ProducerStateTest, MarkersOfOldEpochsAndOldCoordinatorsAreFenced) {
    const AppendContext coordinator{.origin = AppendOrigin::Coordinator};
    append({.epoch = 4, .sequence = 0, .transactional = true});
    EXPECT_EQ(check(marker_of(1, 3, ControlRecordType::Abort), coordinator),
              ErrorCode::INVALID_PRODUCER_EPOCH);
    state_.complete(*apply(marker_of(1, 4, ControlRecordType::Abort, 7)));
    EXPECT_EQ(check(marker_of(1, 4, ControlRecordType::Abort, 6), coordinator),
              ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    EXPECT_EQ(check(marker_of(1, 4, ControlRecordType::Abort, 8), coordinator), ErrorCode::NONE);
}

TEST_F(ProducerStateTest, FromTransactionVersion2AMarkerNeedsAHigherEpochUnlessItIsARetry) {
    AppendContext v2{.origin = AppendOrigin::Coordinator};
    v2.transaction_version = 2;
    append({.epoch = 4, .sequence = 0, .transactional = true});
    EXPECT_EQ(check(marker_of(1, 4, ControlRecordType::Commit), v2),
              ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(check(marker_of(1, 5, ControlRecordType::Commit), v2), ErrorCode::NONE);
    state_.complete(*apply(marker_of(1, 5, ControlRecordType::Commit)));
    EXPECT_EQ(check(marker_of(1, 5, ControlRecordType::Commit), v2), ErrorCode::NONE);
}

TEST_F(ProducerStateTest, ATransactionOpensOnlyWithTheGuardOfItsVerification) {
    AppendContext context{.verification_needed = true};
    const Batch first{.sequence = 0, .transactional = true};
    EXPECT_EQ(append(first, context), ErrorCode::INVALID_TXN_STATE);

    context.guard = *state_.start_verification({1}, {0}, {0}, false, {0});
    EXPECT_NE(context.guard, kNoVerification);
    // An abort that comes between the verification and the batch makes the guard worthless.
    apply(marker_of(1, 0, ControlRecordType::Abort));
    EXPECT_EQ(append(first, context), ErrorCode::INVALID_TXN_STATE);

    context.guard = *state_.start_verification({1}, {0}, {0}, false, {0});
    EXPECT_EQ(append(first, context), ErrorCode::NONE);
    // From here on the open transaction is proof enough.
    EXPECT_EQ(*state_.start_verification({1}, {0}, {1}, false, {0}), kNoVerification);
    context.guard = kNoVerification;
    EXPECT_EQ(append({.sequence = 1, .transactional = true}, context), ErrorCode::NONE);
}

TEST_F(ProducerStateTest, OfSeveralVerifiedBatchesTheLowestSequenceIsAppendedFirst) {
    AppendContext context{.verification_needed = true};
    context.guard = *state_.start_verification({1}, {0}, {5}, false, {0});
    EXPECT_EQ(*state_.start_verification({1}, {0}, {4}, false, {0}), context.guard);
    EXPECT_EQ(append({.sequence = 5, .transactional = true}, context),
              ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    EXPECT_EQ(append({.sequence = 4, .transactional = true}, context), ErrorCode::NONE);
}

TEST_F(ProducerStateTest, AFencedProducerHearsOfItsEpochBeforeItsTransaction) {
    append({.epoch = 2, .sequence = 0});
    const AppendContext context{.verification_needed = true};
    EXPECT_EQ(append({.epoch = 1, .sequence = 0, .transactional = true}, context),
              ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_FALSE(state_.start_verification({1}, {1}, {0}, false, {0}).ok());
}

TEST_F(ProducerStateTest, IdleProducersExpireAndThoseWithOpenTransactionsDoNot) {
    append({.producer_id = 1, .timestamp = 1'000});
    append({.producer_id = 2, .timestamp = 2'000});
    append({.producer_id = 3, .transactional = true, .timestamp = 1'000});
    state_.expire({1'000 + kDay}, kDay);
    EXPECT_EQ(state_.find({1}), nullptr);
    EXPECT_NE(state_.find({2}), nullptr);
    EXPECT_NE(state_.find({3}), nullptr);
}

TEST_F(ProducerStateTest, ASnapshotBringsBackEveryProducerAndItsTransaction) {
    append({.producer_id = 7, .epoch = 1, .sequence = 0, .records = 4});
    append({.producer_id = 8, .epoch = 2, .sequence = 9, .transactional = true});
    apply(marker_of(5, 3, ControlRecordType::Commit, 6));
    const Bytes file = state_.to_snapshot();

    ProducerState loaded;
    ASSERT_TRUE(loaded.load_snapshot(file, {1'000}, kNever).ok());

    EXPECT_EQ(loaded.to_snapshot(), file);
    EXPECT_EQ(loaded.first_unstable_offset(), Offset{4});
    EXPECT_EQ(loaded.find({7})->batches(), state_.find({7})->batches());
    EXPECT_EQ(loaded.find({5})->coordinator_epoch, CoordinatorEpoch{6});
    EXPECT_FALSE(loaded.find({5})->has_batches());
}

TEST_F(ProducerStateTest, ExpiredProducersAreLeftOutOfALoadedSnapshot) {
    append({.producer_id = 1, .timestamp = 1'000});
    ProducerState loaded;
    ASSERT_TRUE(loaded.load_snapshot(state_.to_snapshot(), {1'000 + kDay}, kDay).ok());
    EXPECT_TRUE(loaded.empty());
}

TEST_F(ProducerStateTest, ADamagedSnapshotIsRefusedAndChangesNothing) {
    append({.producer_id = 7, .sequence = 3});
    const Bytes file = state_.to_snapshot();
    for (std::size_t size = 0; size < file.size(); ++size) {
        EXPECT_FALSE(state_.load_snapshot(BytesView(file).first(size), {0}, kNever).ok());
    }
    for (std::size_t at = 0; at < file.size(); ++at) {
        Bytes damaged = file;
        damaged[at] ^= 0x10;
        EXPECT_FALSE(state_.load_snapshot(damaged, {0}, kNever).ok());
    }
    EXPECT_EQ(state_.to_snapshot(), file);
}

// Two logs of Apache Kafka 4.3.0, and the snapshots that it wrote when it was stopped.
TEST(ProducerStateOfKafka, ReplayingItsLogGivesItsSnapshot) {
    for (const std::string name : {"idempotent", "transactions"}) {
        const Bytes log = test::read_test_file("producer_state/" + name + ".log");
        const Bytes snapshot = test::read_test_file("producer_state/" + name + ".snapshot");
        ProducerState replayed;
        RecordBatchReader batches(log);
        while (const auto batch = batches.next()) {
            const auto completed = replayed.apply(*batch);
            if (completed) replayed.complete(*completed);
        }
        ASSERT_TRUE(batches.at_end());
        EXPECT_EQ(replayed.to_snapshot(), snapshot) << name;

        ProducerState loaded;
        ASSERT_TRUE(loaded.load_snapshot(snapshot, {0}, kNever).ok());
        EXPECT_EQ(loaded.to_snapshot(), snapshot) << name;
        EXPECT_EQ(loaded.first_undecided_offset(), replayed.first_undecided_offset());
    }
}

TEST(ProducerStateOfKafka, AbortedTransactionsAreThoseOfItsTransactionIndex) {
    const Bytes log = test::read_test_file("producer_state/transactions.log");
    const Bytes index = test::read_test_file("producer_state/transactions.txnindex");
    ProducerState state;
    Bytes written;
    const auto put = [&written]<class T>(T value) {
        written.resize(written.size() + sizeof value);
        store_be(written.data() + written.size() - sizeof value, value);
    };
    RecordBatchReader batches(log);
    while (const auto batch = batches.next()) {
        const auto completed = state.apply(*batch);
        if (!completed) continue;
        if (completed->aborted) {
            put(std::int16_t{0});
            put(completed->producer_id.value);
            put(completed->first_offset.value);
            put(completed->last_offset.value);
            put(state.last_stable_offset_after(*completed).value);
        }
        state.complete(*completed);
    }
    EXPECT_EQ(written, index);
    EXPECT_EQ(state.first_undecided_offset(), Offset{40});
}

}  // namespace
}  // namespace kafka::storage
