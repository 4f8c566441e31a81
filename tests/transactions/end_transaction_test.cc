// Commit and abort, with the epochs of transactions V1 and V2. The answers are those of Apache
// Kafka 4.3.
#include <gtest/gtest.h>

#include "transaction_world.h"

namespace kafka::transactions {
namespace {

constexpr std::int16_t kV1 = 4;  // the last version of EndTxn that leaves the epoch as it is
constexpr ProducerEpoch kLast = kMaxEpoch.previous();

class EndTransactionTest : public testing::Test {
  protected:
    ErrorCode end(Producer who, bool commit, std::int16_t version = 5) {
        return world_.end("a", who, commit, version).error_code;
    }
    Producer open(std::int16_t client_version = 2) {
        const Producer own = world_.producer("a");
        EXPECT_EQ(world_.add("a", own, 0, client_version), ErrorCode::NONE);
        return own;
    }

    TransactionWorld world_;
};

TEST_F(EndTransactionTest, ACommitIsPreparedAndThenComplete) {
    const Producer own = open();

    const EndTxnResponse answer = world_.end("a", own, true);

    EXPECT_EQ(answer.error_code, ErrorCode::NONE);
    EXPECT_EQ((Producer{answer.producer_id, answer.producer_epoch}), next_epoch(own));
    EXPECT_EQ(world_.state("a"), TransactionState::PrepareCommit);
    PartitionSet partitions;
    partitions.add("topic", {0});
    const MarkersToWrite markers{"a", next_epoch(own), true, 2, partitions};
    EXPECT_EQ(world_.markers(), std::vector{markers});

    world_.write_markers();

    EXPECT_EQ(world_.state("a"), TransactionState::CompleteCommit);
    EXPECT_TRUE(world_.find("a")->hard.partitions.empty());
    EXPECT_TRUE(world_.replayed_state_is_live_state());
}

TEST_F(EndTransactionTest, WithV1TheEpochStays) {
    const Producer own = open(0);

    EXPECT_EQ(end(own, false, kV1), ErrorCode::NONE);

    EXPECT_EQ(world_.markers().front().producer, own);
    EXPECT_EQ(world_.markers().front().transaction_version, 0);
    EXPECT_FALSE(world_.markers().front().commit);
    world_.write_markers();
    EXPECT_EQ(world_.state("a"), TransactionState::CompleteAbort);
    EXPECT_EQ(world_.current("a"), own);
}

TEST_F(EndTransactionTest, ARetryOfV1IsKnownByTheState) {
    const Producer own = open(0);
    end(own, true, kV1);
    EXPECT_EQ(end(own, true, kV1), ErrorCode::CONCURRENT_TRANSACTIONS);
    world_.write_markers();

    EXPECT_EQ(end(own, true, kV1), ErrorCode::NONE);
    EXPECT_EQ(end(own, false, kV1), ErrorCode::INVALID_TXN_STATE);
    EXPECT_TRUE(world_.markers().empty());
}

TEST_F(EndTransactionTest, ARetryOfV2IsKnownByTheEpochBefore) {
    const Producer own = open();
    end(own, true);
    EXPECT_EQ(end(own, true), ErrorCode::CONCURRENT_TRANSACTIONS);
    world_.write_markers();

    const EndTxnResponse again = world_.end("a", own, true);

    EXPECT_EQ(again.error_code, ErrorCode::NONE);
    EXPECT_EQ((Producer{again.producer_id, again.producer_epoch}), next_epoch(own));
    EXPECT_EQ(end(own, false), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(end(next_epoch(own), true), ErrorCode::INVALID_TXN_STATE);  // nothing is open
}

TEST_F(EndTransactionTest, ARetryOfV2IsKnownAcrossARestart) {
    const Producer own = open();
    end(own, true);
    world_.restart();
    world_.write_markers();

    EXPECT_EQ(end(own, true), ErrorCode::NONE);
}

TEST_F(EndTransactionTest, WithV1WhatIsNotOpenCannotBeEnded) {
    const Producer own = world_.producer("a");

    EXPECT_EQ(end(own, true, kV1), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(end(own, false, kV1), ErrorCode::INVALID_TXN_STATE);
}

TEST_F(EndTransactionTest, WithV2WhatIsNotOpenCanBeAborted) {
    const Producer own = world_.producer("a");
    EXPECT_EQ(end(own, true), ErrorCode::INVALID_TXN_STATE);

    EXPECT_EQ(end(own, false), ErrorCode::NONE);

    ASSERT_EQ(world_.markers().size(), 1U);
    EXPECT_TRUE(world_.markers().front().partitions.empty());
    EXPECT_EQ(world_.find("a")->hard.start, world_.now().wall);
    world_.write_markers();
    EXPECT_EQ(end(own, false), ErrorCode::NONE);  // a retry
    EXPECT_EQ(world_.current("a"), next_epoch(own));
    EXPECT_EQ(end(next_epoch(own), false), ErrorCode::NONE);  // another one
    EXPECT_EQ(world_.state("a"), TransactionState::PrepareAbort);
}

TEST_F(EndTransactionTest, AClientMayGoOnWithV2AfterV1) {
    const Producer own = open(0);
    end(own, true, kV1);
    world_.write_markers();

    EXPECT_EQ(end(own, true), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(end(own, false), ErrorCode::NONE);
    world_.write_markers();

    EXPECT_EQ(world_.current("a"), next_epoch(own));
}

TEST_F(EndTransactionTest, OnlyTheProducerThatHasTheIdMay) {
    const Producer own = open();
    const Producer stranger{ProducerId{7}, ProducerEpoch{0}};

    for (const std::int16_t version : {std::int16_t{2}, kV1, std::int16_t{5}}) {
        EXPECT_EQ(end(stranger, true, version), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
        EXPECT_EQ(end(next_epoch(own), true, version), ErrorCode::PRODUCER_FENCED);
        EXPECT_EQ(world_.end("", own, true, version).error_code, ErrorCode::INVALID_REQUEST);
        EXPECT_EQ(world_.end("b", own, true, version).error_code,
                  ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    }
    EXPECT_EQ(end(next_epoch(own), true, 1), ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(world_.state("a"), TransactionState::Ongoing);
}

TEST_F(EndTransactionTest, WhenEpochsRunOutTheMarkersBringANewProducerId) {
    const Producer first = world_.producer("a");
    world_.set_epoch("a", kLast);
    const Producer own{first.id, kLast};
    world_.add("a", own, 0, 2);

    const EndTxnResponse answer = world_.end("a", own, true);

    const Producer renewed{answer.producer_id, answer.producer_epoch};
    EXPECT_NE(renewed.id, first.id);
    EXPECT_EQ(renewed.epoch, ProducerEpoch{0});
    EXPECT_EQ(world_.current("a"), (Producer{first.id, kMaxEpoch}));
    EXPECT_EQ(world_.markers().front().producer, (Producer{first.id, kMaxEpoch}));

    world_.restart();
    world_.write_markers();

    EXPECT_EQ(world_.current("a"), renewed);
    const EndTxnResponse again = world_.end("a", own, true);
    EXPECT_EQ(again.error_code, ErrorCode::NONE);
    EXPECT_EQ((Producer{again.producer_id, again.producer_epoch}), renewed);
    EXPECT_EQ(end(own, false), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(end({first.id, kMaxEpoch}, true), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(end({first.id, ProducerEpoch{0}}, true), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(world_.add("a", renewed, 0, 2), ErrorCode::NONE);
}

TEST_F(EndTransactionTest, MarkersOfAnEarlierTransactionCompleteNothing) {
    const Producer own = open(0);
    end(own, true, kV1);
    const MarkersToWrite late = world_.markers().front();
    world_.write_markers();
    world_.add("a", own, 0);

    world_.apply(world_.coordinator().markers_written(late, world_.context()));

    EXPECT_EQ(world_.state("a"), TransactionState::Ongoing);
}

}  // namespace
}  // namespace kafka::transactions
