// What may join a transaction, and when. The answers are those of Apache Kafka 4.3.
#include <gtest/gtest.h>

#include "transaction_world.h"

namespace kafka::transactions {
namespace {

TEST(AddPartitions, TheFirstOneOpensTheTransaction) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.advance(1'000);

    EXPECT_EQ(world.add("a", own, 3), ErrorCode::NONE);

    const TransactionValue& value = world.find("a")->hard;
    EXPECT_EQ(value.state, TransactionState::Ongoing);
    EXPECT_TRUE(value.partitions.contains("topic", {3}));
    EXPECT_EQ(value.start, world.now().wall);
}

TEST(AddPartitions, OthersJoinWhatIsOpenAndItsTimeRunsOn) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own, 1);
    const TimestampMs start = world.now().wall;
    world.advance(1'000);

    world.add("a", own, 0);
    world.add("a", own, 0, 0, "another");

    const TransactionValue& value = world.find("a")->hard;
    EXPECT_EQ(value.partitions.size(), 3U);
    EXPECT_EQ(value.start, start);
    EXPECT_EQ(value.last_update, world.now().wall);
}

TEST(AddPartitions, WhatIsInItAlreadyNeedsNoRecord) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own, 1);
    const std::size_t records = world.records();

    EXPECT_EQ(world.add("a", own, 1), ErrorCode::NONE);

    EXPECT_EQ(world.records(), records);
}

TEST(AddPartitions, OnlyTheProducerThatHasTheIdMay) {
    TransactionWorld world;
    const Producer old = world.producer("a");
    world.producer("a");

    EXPECT_EQ(world.add("", old), ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(world.add("unknown", old), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(world.add("a", {ProducerId{7}, ProducerEpoch{0}}),
              ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(world.add("a", old), ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(world.add("a", next_epoch(next_epoch(old))), ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(world.state("a"), TransactionState::Empty);
}

TEST(AddPartitions, WhatIsPreparedIsWaitedForWhoeverAsks) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own);
    world.end("a", own, true);

    EXPECT_EQ(world.add("a", own), ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(world.add("a", {ProducerId{7}, ProducerEpoch{0}}),
              ErrorCode::CONCURRENT_TRANSACTIONS);
    world.write_markers();
    EXPECT_EQ(world.add("a", next_epoch(own)), ErrorCode::NONE);
}

TEST(AddPartitions, ANewTransactionBeginsWithoutThePartitionsOfTheLast) {
    TransactionWorld world;
    const Producer own = world.producer("a");
    world.add("a", own, 1);
    world.end("a", own, true, 4);
    world.write_markers();

    world.add("a", own, 2);

    EXPECT_EQ(world.find("a")->hard.partitions.size(), 1U);
    EXPECT_TRUE(world.find("a")->hard.partitions.contains("topic", {2}));
}

class Verification : public testing::Test {
  protected:
    Verified verify(const std::string& id, Producer who, std::vector<std::int32_t> partitions) {
        PartitionsToAdd asked{id, who, {}, 0};
        for (const std::int32_t each : partitions) asked.partitions.add("topic", {each});
        return world_.coordinator().verify_partitions(asked);
    }

    TransactionWorld world_;
};

TEST_F(Verification, TellsWhichPartitionsAreNotInTheTransactionAndAddsNone) {
    const Producer own = world_.producer("a");
    world_.add("a", own, 0);
    const std::size_t records = world_.records();

    const Verified verified = verify("a", own, {0, 1});

    EXPECT_EQ(verified.error, ErrorCode::NONE);
    PartitionSet missing;
    missing.add("topic", {1});
    EXPECT_EQ(verified.missing, missing);
    EXPECT_EQ(world_.records(), records);
}

TEST_F(Verification, WithoutATransactionEverythingIsMissing) {
    const Producer own = world_.producer("a");

    EXPECT_EQ(verify("a", own, {0, 1}).missing.size(), 2U);
}

TEST_F(Verification, LooksAtTheProducerBeforeTheState) {
    const Producer own = world_.producer("a");
    world_.add("a", own, 0);
    EXPECT_EQ(verify("a", next_epoch(own), {0}).error, ErrorCode::PRODUCER_FENCED);

    world_.end("a", own, true);

    EXPECT_EQ(verify("", own, {0}).error, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(verify("b", own, {0}).error, ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(verify("a", own, {0}).error, ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(verify("a", next_epoch(own), {0}).error, ErrorCode::CONCURRENT_TRANSACTIONS);
}

}  // namespace
}  // namespace kafka::transactions
