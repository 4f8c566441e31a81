// Who gets a transactional id, with which epoch. The answers are those of Apache Kafka 4.3.
#include <gtest/gtest.h>

#include "transaction_world.h"

namespace kafka::transactions {
namespace {

constexpr ProducerEpoch kLast = kMaxEpoch.previous();  // that a producer can have

Producer given(const InitProducerIdResponse& answer) {
    EXPECT_EQ(answer.error_code, ErrorCode::NONE);
    return {answer.producer_id, answer.producer_epoch};
}

TEST(InitProducerId, ANewIdBeginsWithEpochZeroOfANewProducerId) {
    TransactionWorld world;

    const Producer a = given(world.init("a"));
    const Producer b = given(world.init("b"));

    EXPECT_EQ(a.epoch, ProducerEpoch{0});
    EXPECT_EQ(b.epoch, ProducerEpoch{0});
    EXPECT_NE(a.id, b.id);
    EXPECT_EQ(world.state("a"), TransactionState::Empty);
}

TEST(InitProducerId, WhoeverComesNextGetsTheNextEpochOfTheSameId) {
    TransactionWorld world;
    const Producer first = world.producer("a");

    EXPECT_EQ(given(world.init("a", 5'000)), next_epoch(first));

    EXPECT_EQ(world.find("a")->hard.timeout_ms, 5'000);
}

TEST(InitProducerId, AProducerThatNamesItsEpochGoesOnWithTheNext) {
    TransactionWorld world;
    const Producer own = world.producer("a");

    EXPECT_EQ(given(world.init("a", 60'000, own)), next_epoch(own));
}

TEST(InitProducerId, ARetryOfThatIsAnsweredAsTheFirstTime) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    const Producer raised = given(world.init("a", 60'000, own));

    EXPECT_EQ(given(world.init("a", 60'000, own)), raised);
    EXPECT_EQ(given(world.init("a", 60'000, own)), raised);
}

TEST(InitProducerId, ARestartForgetsWhatWouldBeARetry) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.init("a", 60'000, own);

    world.restart();

    EXPECT_EQ(world.init("a", 60'000, own).error_code, ErrorCode::PRODUCER_FENCED);
}

TEST(InitProducerId, AProducerWhoseIdAnotherTookIsFenced) {
    TransactionWorld world;
    const Producer old = world.producer("a");
    world.producer("a");

    EXPECT_EQ(world.init("a", 60'000, old, 4).error_code, ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(world.init("a", 60'000, old, 3).error_code, ErrorCode::INVALID_PRODUCER_EPOCH);
    const Producer stranger{ProducerId{77}, ProducerEpoch{0}};
    const auto refused = world.init("a", 60'000, stranger);
    EXPECT_EQ(refused.error_code, ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(refused.producer_id, kNoProducerId);
    EXPECT_EQ(refused.producer_epoch, kNoProducerEpoch);
}

TEST(InitProducerId, WhoNamesAnEpochOfAnIdThatIsForgottenGetsANewOne) {
    TransactionWorld world;

    const Producer made = given(world.init("a", 60'000, {ProducerId{5}, ProducerEpoch{7}}));

    EXPECT_EQ(made, (Producer{ProducerId{1'000}, ProducerEpoch{0}}));
}

TEST(InitProducerId, WhenEpochsRunOutThereIsANewProducerId) {
    TransactionWorld world;
    const Producer first = world.producer("a");
    world.set_epoch("a", kLast.previous());

    EXPECT_EQ(given(world.init("a")), (Producer{first.id, kLast}));
    const Producer renewed = given(world.init("a"));

    EXPECT_NE(renewed.id, first.id);
    EXPECT_EQ(renewed.epoch, ProducerEpoch{0});
    EXPECT_EQ(world.find("a")->hard.previous_producer_id, first.id);
}

TEST(InitProducerId, TheRetryOfOneThatGotANewIdIsKnownOnce) {
    TransactionWorld world;
    const Producer first = world.producer("a");
    world.set_epoch("a", kLast);
    const Producer own{first.id, kLast};
    const Producer renewed = given(world.init("a", 60'000, own));

    EXPECT_EQ(given(world.init("a", 60'000, own)), renewed);
    EXPECT_EQ(world.init("a", 60'000, own).error_code, ErrorCode::PRODUCER_FENCED);
}

TEST(InitProducerId, WithoutNewProducerIdsItIsToBeTriedAgain) {
    TransactionWorld world;
    world.new_ids().fill(ProducerId{0}, 0);

    EXPECT_EQ(world.init("a").error_code, ErrorCode::COORDINATOR_NOT_AVAILABLE);

    EXPECT_EQ(world.find("a"), nullptr);
    EXPECT_EQ(world.records(), 0U);
}

TEST(InitProducerId, AnOpenTransactionIsAbortedFirst) {
    TransactionWorld world;
    const Producer old = world.producer("a");
    world.add("a", old);

    EXPECT_EQ(world.init("a").error_code, ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(world.init("a").error_code, ErrorCode::CONCURRENT_TRANSACTIONS);

    ASSERT_EQ(world.markers().size(), 1U);
    EXPECT_FALSE(world.markers().front().commit);
    EXPECT_EQ(world.markers().front().producer, next_epoch(old));
    EXPECT_EQ(world.markers().front().transaction_version, 2);
    world.write_markers();
    EXPECT_EQ(world.state("a"), TransactionState::CompleteAbort);
    EXPECT_EQ(given(world.init("a")), next_epoch(next_epoch(old)));
}

TEST(InitProducerId, AFencedProducerThatComesBackFirstGoesOnWithTheEpochOfTheAbort) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own);
    world.init("a", 60'000, own);
    world.write_markers();

    EXPECT_EQ(given(world.init("a", 60'000, own)), next_epoch(own));
}

TEST(InitProducerId, AnAbortThatTakesTheLastEpochRenewsTheProducerId) {
    TransactionWorld world;
    const Producer first = world.producer("a");
    world.set_epoch("a", kLast);
    const Producer own{first.id, kLast};
    world.add("a", own);

    EXPECT_EQ(world.init("a", 60'000, own).error_code, ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(world.markers().front().producer, (Producer{first.id, kMaxEpoch}));
    world.write_markers();

    EXPECT_EQ(world.current("a").epoch, ProducerEpoch{0});
    EXPECT_NE(world.current("a").id, first.id);
    EXPECT_EQ(given(world.init("a", 60'000, own)), world.current("a"));
}

TEST(InitProducerId, WhatIsPreparedIsWaitedFor) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own);
    world.end("a", own, true);

    EXPECT_EQ(world.init("a").error_code, ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(world.init("a", 60'000, {ProducerId{9}, ProducerEpoch{9}}).error_code,
              ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(world.markers().size(), 1U);
    EXPECT_TRUE(world.replayed_state_is_live_state());
}

}  // namespace
}  // namespace kafka::transactions
