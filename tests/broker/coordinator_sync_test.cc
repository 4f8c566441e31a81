// Coordinators whose logs are synced before anything in them counts: they answer all the same.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/gen/end_txn.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/init_producer_id.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/txn_offset_commit.h"
#include "tests/broker/handlers/ask.h"
#include "tests/support/offset_requests.h"

namespace kafka::broker {
namespace {

constexpr std::string_view kGroup = "readers";
constexpr std::string_view kTransactionalId = "copier";

class CoordinatorSync : public testing::Test {
  protected:
    CoordinatorSync() {
        create_topic(broker_, "orders", 1);
        find_coordinator(0, kGroup);
        find_coordinator(1, kTransactionalId);
    }

    void find_coordinator(std::int8_t key_type, std::string_view key) {
        const FindCoordinatorRequest request{
            .key = {}, .key_type = key_type, .coordinator_keys = {std::string(key)}};
        const auto found = ask(broker_, request);
        CHECK(found.coordinators.at(0).error_code == ErrorCode::NONE, "it is this broker");
    }
    ErrorCode commit(std::int64_t offset) {
        OffsetCommitRequest request;
        request.group_id = kGroup;
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.partitions.push_back({.partition_index = {0}, .committed_offset = Offset{offset}});
        return ask(broker_, request, 9).topics.at(0).partitions.at(0).error_code;
    }
    std::int64_t committed() {
        const auto answer = ask(broker_, fetch_of(kGroup), 8);
        return answer.groups.at(0).topics.at(0).partitions.at(0).committed_offset.value;
    }
    InitProducerIdResponse init_producer_id() {
        InitProducerIdRequest request;
        request.transactional_id = kTransactionalId;
        request.transaction_timeout_ms = 60'000;
        return ask(broker_, request, 5);
    }
    ErrorCode commit_in_transaction(const InitProducerIdResponse& own, std::int64_t offset) {
        TxnOffsetCommitRequest request;
        request.transactional_id = kTransactionalId;
        request.group_id = kGroup;
        request.producer_id = own.producer_id;
        request.producer_epoch = own.producer_epoch;
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.partitions.push_back({.partition_index = {0}, .committed_offset = Offset{offset}});
        return ask(broker_, request, 5).topics.at(0).partitions.at(0).error_code;
    }
    ErrorCode end(const InitProducerIdResponse& own) {
        EndTxnRequest request;
        request.transactional_id = kTransactionalId;
        request.producer_id = own.producer_id;
        request.producer_epoch = own.producer_epoch;
        request.committed = true;
        return ask(broker_, request, 5).error_code;
    }

    TestBroker broker_{{{"log.flush.interval.messages", "1"}}};
};

TEST_F(CoordinatorSync, AGroupCommitsItsOffsets) {
    EXPECT_EQ(commit(7), ErrorCode::NONE);

    EXPECT_EQ(committed(), 7);
}

TEST_F(CoordinatorSync, ATransactionCommitsTheOffsetsOfAGroup) {
    const InitProducerIdResponse own = init_producer_id();
    ASSERT_EQ(own.error_code, ErrorCode::NONE);

    EXPECT_EQ(commit_in_transaction(own, 9), ErrorCode::NONE);
    EXPECT_EQ(end(own), ErrorCode::NONE);

    EXPECT_EQ(committed(), 9);
}

}  // namespace
}  // namespace kafka::broker
