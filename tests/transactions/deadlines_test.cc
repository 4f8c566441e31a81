// What the coordinator does by itself: timeouts, retries of markers, expiry, and what a start finds
// unfinished.
#include <gtest/gtest.h>

#include "transaction_world.h"

namespace kafka::transactions {
namespace {

TEST(TransactionTimeout, WhatIsOpenForTooLongIsAbortedAndItsProducerFenced) {
    TransactionWorld world;
    const Producer own = world.producer("a", 10'000);
    world.add("a", own);

    world.advance(10'000);
    EXPECT_EQ(world.state("a"), TransactionState::Ongoing);
    world.advance(1);

    EXPECT_EQ(world.state("a"), TransactionState::PrepareAbort);
    ASSERT_EQ(world.markers().size(), 1U);
    EXPECT_EQ(world.markers().front().producer, next_epoch(own));
    world.write_markers();
    EXPECT_EQ(world.add("a", own), ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(world.end("a", own, true, 4).error_code, ErrorCode::PRODUCER_FENCED);
    // As Kafka has it: this could be a retry, so that it is the outcome that is wrong.
    EXPECT_EQ(world.end("a", own, true).error_code, ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(world.end("a", own, false).error_code, ErrorCode::NONE);
}

TEST(TransactionTimeout, CountsFromTheBeginningOfEachTransaction) {
    TransactionWorld world;
    Producer own = world.producer("a", 10'000);
    for (int i = 0; i < 5; ++i) {
        world.add("a", own);
        world.advance(9'000);
        ASSERT_EQ(world.end("a", own, true, 4).error_code, ErrorCode::NONE) << i;
        world.write_markers();
    }
    world.add("a", own);

    world.advance(10'000);
    EXPECT_EQ(world.state("a"), TransactionState::Ongoing);
    world.advance(1);
    EXPECT_EQ(world.state("a"), TransactionState::PrepareAbort);
}

TEST(TransactionTimeout, AShorterOneAfterALongerOneIsKept) {
    TransactionWorld world;
    const Producer first = world.producer("a", 60'000);
    world.add("a", first);
    world.end("a", first, true, 4);
    world.write_markers();
    const Producer second = world.producer("a", 1'000);
    world.add("a", second);

    world.advance(1'001);

    EXPECT_EQ(world.state("a"), TransactionState::PrepareAbort);
}

TEST(TransactionTimeout, GoesOnAcrossARestart) {
    TransactionWorld world;
    const Producer own = world.producer("a", 10'000);
    world.add("a", own);
    world.advance(6'000);

    world.restart();

    world.advance(4'000);
    EXPECT_EQ(world.state("a"), TransactionState::Ongoing);
    world.advance(1);
    EXPECT_EQ(world.state("a"), TransactionState::PrepareAbort);
}

TEST(TransactionTimeout, ATransactionOfTwoPhasesHasNone) {
    TransactionWorld world;
    const Producer own = world.producer("a", std::numeric_limits<std::int32_t>::max());
    world.add("a", own);

    world.advance(std::int64_t{30} * 24 * 3'600'000);

    EXPECT_EQ(world.state("a"), TransactionState::Ongoing);
}

TEST(TransactionTimeout, WithoutNewProducerIdsTheAbortIsTriedAgain) {
    TransactionWorld world;
    const Producer first = world.producer("a", 1'000);
    world.set_epoch("a", kMaxEpoch.previous());
    world.add("a", {first.id, kMaxEpoch.previous()});
    world.new_ids().fill(ProducerId{0}, 0);

    world.advance(2'000);
    EXPECT_EQ(world.state("a"), TransactionState::Ongoing);
    world.new_ids().fill(ProducerId{5'000}, 1);
    world.advance(1'000);

    EXPECT_EQ(world.state("a"), TransactionState::PrepareAbort);
}

TEST(Markers, AreTriedAgainUntilTheyAreWritten) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own);
    world.end("a", own, true);
    const auto first = world.markers();

    world.fail_markers();
    EXPECT_TRUE(world.markers().empty());
    world.advance(world.config().marker_retry_ms);
    EXPECT_EQ(world.markers(), first);
    world.advance(10'000);
    EXPECT_EQ(world.markers().size(), 1U);  // while it is not known how they fare
    world.fail_markers();
    world.advance(world.config().marker_retry_ms);
    world.write_markers();

    EXPECT_EQ(world.state("a"), TransactionState::CompleteCommit);
}

TEST(Markers, AreTriedAgainWhereTheyAreMissing) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own, 0);
    world.add("a", own, 1);
    world.end("a", own, true);
    PartitionSet second;
    second.add("topic", {1});

    world.fail_markers(second);
    world.advance(world.config().marker_retry_ms);

    ASSERT_EQ(world.markers().size(), 1U);
    EXPECT_EQ(world.markers().front().partitions, second);
    world.restart();
    EXPECT_EQ(world.markers().front().partitions.size(), 2U);  // which, is not in the log
}

TEST(Markers, OfWhatWasPreparedAreWrittenAfterARestart) {
    TransactionWorld world;
    const Producer a = world.producer("a");
    const Producer b = world.producer("b");
    const Producer c = world.producer("c");
    world.add("a", a);
    world.add("b", b);
    world.add("c", c);
    world.end("a", a, true);
    world.end("b", b, false, 4);

    world.restart();

    EXPECT_EQ(world.markers().size(), 2U);
    world.write_markers();
    EXPECT_EQ(world.state("a"), TransactionState::CompleteCommit);
    EXPECT_EQ(world.state("b"), TransactionState::CompleteAbort);
    EXPECT_EQ(world.state("c"), TransactionState::Ongoing);
    EXPECT_EQ(world.current("a"), next_epoch(a));
    EXPECT_EQ(world.current("b"), b);
}

TEST(Expiration, AnIdThatNobodyUsesIsForgotten) {
    TransactionWorld world;
    world.config().id_expiration_ms = 24 * 3'600'000;
    world.producer("unused");
    const Producer open = world.producer("open", std::numeric_limits<std::int32_t>::max());
    world.add("open", open);
    const Producer prepared = world.producer("prepared");
    world.add("prepared", prepared);
    world.end("prepared", prepared, true);
    world.advance(23 * 3'600'000);
    world.producer("used");

    world.advance(2 * 3'600'000);

    EXPECT_EQ(world.find("unused"), nullptr);
    EXPECT_NE(world.find("open"), nullptr);
    EXPECT_NE(world.find("prepared"), nullptr);
    EXPECT_NE(world.find("used"), nullptr);
    EXPECT_TRUE(world.replayed_state_is_live_state());
}

TEST(Expiration, ManyAtOnceAreForgottenInSteps) {
    TransactionWorld world;
    world.config().id_expiration_ms = 1'000;
    world.new_ids().fill(ProducerId{0}, 10'000);
    for (int i = 0; i < 2'500; ++i) world.producer(std::to_string(i));

    world.advance(world.config().expiration_check_interval_ms);

    EXPECT_EQ(world.coordinator().size(), 0U);
}

}  // namespace
}  // namespace kafka::transactions
