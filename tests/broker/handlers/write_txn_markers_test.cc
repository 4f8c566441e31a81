// Transactions in partitions: their batches and markers, and what readers see of them. Verification
// is off here, so that no coordinator is needed.
#include "protocol/gen/write_txn_markers.h"

#include <gtest/gtest.h>

#include "broker/transactions/markers.h"
#include "protocol/gen/describe_producers.h"
#include "protocol/gen/fetch.h"
#include "protocol/gen/list_offsets.h"
#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using FetchAnswer = FetchResponse::Topic::Partition;

constexpr std::int8_t kCommitted = 1;
const Settings kWithoutVerification{{"transaction.partition.verification.enable", "false"}};

class WriteTxnMarkers : public testing::Test {
  protected:
    ErrorCode write(std::int64_t producer, std::int32_t partition, std::int32_t sequence,
                    std::int16_t epoch = 0) {
        BatchOptions options = produced_by(producer, epoch, sequence);
        options.transactional = true;
        const auto builder = ProduceBuilder().transactional_id("writer").topic("orders").add(
            partition, batch(options));
        const ProduceResponse response = shards_.ask(builder.request(), 11);
        return response.responses.at(0).partition_responses.at(0).error_code;
    }
    WriteTxnMarkersRequest::Marker marker(std::int64_t producer, bool committed,
                                          std::vector<std::int32_t> partitions) {
        WriteTxnMarkersRequest::Marker marker;
        marker.producer_id = {producer};
        marker.transaction_result = committed;
        auto& topic = marker.topics.emplace_back();
        topic.name = "orders";
        for (const std::int32_t index : partitions) topic.partition_indexes.push_back({index});
        return marker;
    }
    // Of each partition.
    std::vector<ErrorCode> end(const WriteTxnMarkersRequest::Marker& marker) {
        WriteTxnMarkersRequest request;
        request.markers.push_back(marker);
        const WriteTxnMarkersResponse response = shards_.ask(request, 2);
        std::vector<ErrorCode> errors;
        for (const auto& partition : response.markers.at(0).topics.at(0).partitions) {
            errors.push_back(partition.error_code);
        }
        return errors;
    }
    FetchRequest fetch_of(std::int32_t partition, std::int8_t isolation_level,
                          std::int64_t offset = 0) {
        FetchRequest request;
        request.isolation_level = isolation_level;
        request.max_bytes = 1 << 20;
        request.min_bytes = 1;
        auto& topic = request.topics.emplace_back();
        topic.topic_id = orders_;
        auto& asked = topic.partitions.emplace_back();
        asked.partition = {partition};
        asked.fetch_offset = {offset};
        asked.partition_max_bytes = 1 << 20;
        return request;
    }
    FetchAnswer fetch(std::int32_t partition, std::int8_t isolation_level,
                      std::int64_t offset = 0) {
        const auto response = shards_.ask(fetch_of(partition, isolation_level, offset), 16);
        return response.responses.at(0).partitions.at(0);
    }
    Offset latest(std::int32_t partition, std::int8_t isolation_level) {
        ListOffsetsRequest request;
        request.replica_id = {-1};
        request.isolation_level = isolation_level;
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        auto& asked = topic.partitions.emplace_back();
        asked.partition_index = {partition};
        asked.timestamp = {-1};
        return shards_.ask(request, 9).topics.at(0).partitions.at(0).offset;
    }

    TestShards shards_{2, kWithoutVerification};
    const Uuid orders_ = shards_.create_topic("orders", 4);
};

using Errors = std::vector<ErrorCode>;

TEST_F(WriteTxnMarkers, EndTransactionsInPartitionsOfAllShards) {
    for (std::int32_t partition = 0; partition < 4; ++partition) {
        ASSERT_EQ(write(7, partition, 0), ErrorCode::NONE);
        EXPECT_EQ(latest(partition, kCommitted), Offset{0});
    }
    EXPECT_EQ(end(marker(7, true, {0, 1, 2, 3})), Errors(4, ErrorCode::NONE));
    for (std::int32_t partition = 0; partition < 4; ++partition) {
        EXPECT_EQ(latest(partition, kCommitted), Offset{2});
    }
}

TEST_F(WriteTxnMarkers, WhatDoesNotExistDoesNotKeepTheOthers) {
    EXPECT_EQ(end(marker(7, true, {2, 9})),
              (Errors{ErrorCode::NONE, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION}));
    shards_.close_partition(orders_, 3);
    EXPECT_EQ(end(marker(7, true, {2, 3})),
              (Errors{ErrorCode::NONE, ErrorCode::NOT_LEADER_OR_FOLLOWER}));
}

TEST_F(WriteTxnMarkers, OldProducersAndOldCoordinatorsAreFenced) {
    ASSERT_EQ(write(7, 0, 0, 3), ErrorCode::NONE);
    auto sent = marker(7, true, {0});
    sent.producer_epoch = {2};
    EXPECT_EQ(end(sent), Errors{ErrorCode::INVALID_PRODUCER_EPOCH});
    sent.producer_epoch = {3};
    sent.transaction_version = 2;
    EXPECT_EQ(end(sent), Errors{ErrorCode::INVALID_PRODUCER_EPOCH});
    sent.producer_epoch = {4};
    sent.coordinator_epoch = {5};
    EXPECT_EQ(end(sent), Errors{ErrorCode::NONE});
    sent.coordinator_epoch = {4};
    EXPECT_EQ(end(sent), Errors{ErrorCode::TRANSACTION_COORDINATOR_FENCED});
    EXPECT_EQ(write(7, 0, 1, 3), ErrorCode::INVALID_PRODUCER_EPOCH);
}

TEST_F(WriteTxnMarkers, ReadersOfCommittedRecordsStopAtAnOpenTransactionAndAreToldOfAbortedOnes) {
    ASSERT_EQ(write(7, 0, 0), ErrorCode::NONE);
    EXPECT_EQ(fetch(0, kCommitted).records->size(), 0u);
    EXPECT_EQ(fetch(0, kCommitted).last_stable_offset, Offset{0});
    EXPECT_GT(fetch(0, 0).records->size(), 0u);

    ASSERT_EQ(end(marker(7, false, {0})), Errors{ErrorCode::NONE});

    const FetchAnswer committed = fetch(0, kCommitted);
    EXPECT_EQ(committed.last_stable_offset, Offset{2});
    ASSERT_TRUE(committed.aborted_transactions.has_value());
    ASSERT_EQ(committed.aborted_transactions->size(), 1u);
    EXPECT_EQ(committed.aborted_transactions->at(0).producer_id, ProducerId{7});
    EXPECT_EQ(committed.aborted_transactions->at(0).first_offset, Offset{0});
    const FetchAnswer all = fetch(0, 0);
    EXPECT_FALSE(all.aborted_transactions.has_value());
    EXPECT_EQ(all.records->size(), committed.records->size());
}

TEST_F(WriteTxnMarkers, WakeReadersOfCommittedRecords) {
    for (std::int32_t partition = 0; partition < 2; ++partition) {
        ASSERT_EQ(write(7, partition, 0), ErrorCode::NONE);
        FetchRequest request = fetch_of(partition, kCommitted);
        request.max_wait_ms = 600'000;
        shards_.send(request, 16);
        EXPECT_FALSE(shards_.receive<FetchResponse>(16).has_value());
        // Not by what is appended behind the open transaction.
        std::vector<EndedTransaction> others(1);
        others[0].producer_id = {8};
        others[0].producer_epoch = {0};
        others[0].partitions = {{"orders", {partition}}};
        auto task = write_markers(shards_.home(), others);
        bool done = false;
        task.start([](void* flag) { *static_cast<bool*>(flag) = true; }, &done);
        shards_.run();
        ASSERT_TRUE(done);
        EXPECT_FALSE(shards_.receive<FetchResponse>(16).has_value());

        others[0].producer_id = {7};
        others[0].committed = true;
        auto last = write_markers(shards_.home(), others);
        last.start([](void*) {}, nullptr);
        shards_.run();

        const auto answer = shards_.receive<FetchResponse>(16);
        ASSERT_TRUE(answer.has_value());
        const FetchAnswer& read = answer->responses.at(0).partitions.at(0);
        EXPECT_EQ(read.last_stable_offset, Offset{3});
        EXPECT_EQ(read.aborted_transactions->size(), 0u);
    }
}

TEST_F(WriteTxnMarkers, DescribeProducersTellsWhatIsOpen) {
    ASSERT_EQ(write(9, 0, 0), ErrorCode::NONE);
    ASSERT_EQ(write(7, 0, 0, 1), ErrorCode::NONE);
    ASSERT_EQ(write(7, 0, 1, 1), ErrorCode::NONE);
    auto sent = marker(9, true, {0});
    sent.coordinator_epoch = {4};
    ASSERT_EQ(end(sent), Errors{ErrorCode::NONE});
    DescribeProducersRequest request;
    request.topics.push_back({"orders", {{0}, {1}, {5}}});

    const DescribeProducersResponse response = shards_.ask(request, 0);

    const auto& partitions = response.topics.at(0).partitions;
    ASSERT_EQ(partitions.at(0).active_producers.size(), 2u);
    const auto& open = partitions.at(0).active_producers.at(0);
    EXPECT_EQ(open.producer_id, ProducerId{7});
    EXPECT_EQ(open.producer_epoch, 1);
    EXPECT_EQ(open.last_sequence, Sequence{1});
    EXPECT_EQ(open.current_txn_start_offset, Offset{1});
    EXPECT_EQ(open.coordinator_epoch, CoordinatorEpoch{-1});
    const auto& ended = partitions.at(0).active_producers.at(1);
    EXPECT_EQ(ended.producer_id, ProducerId{9});
    EXPECT_EQ(ended.current_txn_start_offset, Offset{-1});
    EXPECT_EQ(ended.coordinator_epoch, CoordinatorEpoch{4});
    EXPECT_TRUE(partitions.at(1).active_producers.empty());
    EXPECT_EQ(partitions.at(2).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
}

}  // namespace
}  // namespace kafka::broker
