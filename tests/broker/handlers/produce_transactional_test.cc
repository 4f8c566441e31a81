// Transactional batches of those whose transaction is not there, as Apache Kafka 4.3.0 answers
// them.
#include <gtest/gtest.h>

#include "broker/transactions/transaction_shard.h"
#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using Answers = std::vector<ProduceAnswer>;

TEST(ProduceTransactional, UnknownIdsAreRefusedPartitionByPartition) {
    TestShards shards;
    shards.create_topic("orders", 2);
    shards.create_topic("__transaction_state");
    shards.home().transactions().metadata_changed();
    for (std::int16_t version = 11; version <= 12; ++version) {
        const auto builder = ProduceBuilder()
                                 .transactional_id("nobody")
                                 .topic("orders")
                                 .add(0, transactional_batch(4))
                                 .add(9, transactional_batch(4))
                                 .add(1, batch());
        const ProduceResponse response = shards.ask(builder.request(), version);
        EXPECT_EQ(response.responses.at(0).partition_responses,
                  (Answers{refused(0, ErrorCode::INVALID_PRODUCER_ID_MAPPING),
                           refused(9, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
                           appended(1, version - 11)}));
    }
}

TEST(ProduceTransactional, WhileNoCoordinatorIsThereTheyAreToBeSentAgain) {
    TestShards shards;
    shards.create_topic("orders");
    const auto builder =
        ProduceBuilder().transactional_id("nobody").topic("orders").add(0, transactional_batch(4));

    const ProduceResponse response = shards.ask(builder.request(), 12);

    EXPECT_EQ(response.responses.at(0).partition_responses.at(0).error_code,
              ErrorCode::NOT_ENOUGH_REPLICAS);
}

TEST(ProduceTransactional, WithoutAnIdTheWholeRequestIsRefused) {
    TestShards shards;
    shards.create_topic("orders");
    const auto builder = ProduceBuilder()
                             .topic("orders")
                             .add(0, batch())
                             .topic("nope")
                             .add(0, transactional_batch(4));

    const ProduceResponse response = shards.ask(builder.request(), 12);

    const Answers expected{refused(0, ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED)};
    EXPECT_EQ(response.responses.at(0).partition_responses, expected);
    EXPECT_EQ(response.responses.at(1).partition_responses, expected);
}

TEST(ProduceTransactional, TwoProducersInOneRequestAreRefused) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders", 3);
    ProduceAnswer expected = refused(0, ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    expected.error_message = "Transactional records contained more than one producer ID";
    for (const Bytes& other : {transactional_batch(6), transactional_batch(5, 1)}) {
        const auto builder = ProduceBuilder()
                                 .transactional_id("two")
                                 .topic(id)
                                 .add(0, transactional_batch(5))
                                 .add(1, other)
                                 .add(2, batch());
        const ProduceResponse response = shards.ask(builder.request(), 13);
        for (const ProduceAnswer& answer : response.responses.at(0).partition_responses) {
            expected.index = answer.index;
            EXPECT_EQ(answer, expected);
        }
    }
    EXPECT_EQ(shards.partition(id, 2).log_end_offset(), Offset{0});
}

TEST(ProduceTransactional, AnEmptyIdIsNoId) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders", 2);
    const auto builder = ProduceBuilder()
                             .transactional_id("")
                             .topic(id)
                             .add(0, transactional_batch(5))
                             .add(1, batch());

    const ProduceResponse response = shards.ask(builder.request(), 13);

    EXPECT_EQ(response.responses.at(0).partition_responses,
              (Answers{refused(0, ErrorCode::INVALID_REQUEST), appended(1, 0)}));
}

TEST(ProduceTransactional, WhatHasNoProducerIsAnOrdinaryBatch) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders", 2);
    const auto builder = ProduceBuilder()
                             .transactional_id("id")
                             .topic(id)
                             .add(0, transactional_batch(-1, -1))
                             .add(1, idempotent_batch(5, 0, 0));

    const ProduceResponse response = shards.ask(builder.request(), 13);

    EXPECT_EQ(response.responses.at(0).partition_responses,
              (Answers{appended(0, 0), appended(1, 0)}));
}

}  // namespace
}  // namespace kafka::broker
