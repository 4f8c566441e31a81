// Those who use transactions, as their clients say it: over a socket to a broker with coordinators.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "protocol/gen/add_offsets_to_txn.h"
#include "protocol/gen/add_partitions_to_txn.h"
#include "protocol/gen/describe_producers.h"
#include "protocol/gen/describe_transactions.h"
#include "protocol/gen/end_txn.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/init_producer_id.h"
#include "protocol/gen/list_transactions.h"
#include "protocol/gen/txn_offset_commit.h"
#include "tests/broker/handlers/ask.h"
#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {

using Errors = std::vector<ErrorCode>;

inline constexpr std::int8_t kGroup = 0;
inline constexpr std::int8_t kTransaction = 1;
inline constexpr int kMostTries = 100'000;

struct Producer {
    ProducerId id;
    ProducerEpoch epoch;

    bool operator==(const Producer&) const = default;
};

inline Producer before(const Producer& producer) {
    return {producer.id, producer.epoch.previous()};
}
inline Producer after(const Producer& producer) { return {producer.id, producer.epoch.next()}; }

inline bool is_not_ready(ErrorCode error) {
    return error == ErrorCode::NOT_COORDINATOR || error == ErrorCode::COORDINATOR_NOT_AVAILABLE ||
           error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
}

inline InitProducerIdRequest init_of(std::string id, std::int32_t timeout_ms = 60'000) {
    InitProducerIdRequest request;
    request.transactional_id = std::move(id);
    request.transaction_timeout_ms = timeout_ms;
    return request;
}

class Transactions : public testing::Test {
  protected:
    Transactions() {
        create_topic(broker_, "orders", 2);
        for (const std::int8_t type : {kTransaction, kGroup}) {
            FindCoordinatorRequest request;
            request.key_type = type;
            request.coordinator_keys = {"somebody"};
            until_ready([&] { return ask(broker_, request).coordinators.at(0).error_code; });
        }
    }

    template <class Try>
    static void until_ready(Try attempt) {
        for (int tries = 0; is_not_ready(attempt()); ++tries) {
            CHECK(tries < kMostTries, "the coordinator is there sooner or later");
        }
    }
    InitProducerIdResponse init(const InitProducerIdRequest& request, std::int16_t version = 5) {
        InitProducerIdResponse answer;
        until_ready([&] {
            answer = ask(broker_, request, version);
            return answer.error_code;
        });
        return answer;
    }
    Producer producer(const std::string& id) {
        const auto answer = init(init_of(id));
        CHECK(answer.error_code == ErrorCode::NONE, "the test gets its producer");
        return {answer.producer_id, answer.producer_epoch};
    }
    // Of each partition of "orders".
    Errors add(const std::string& id, const Producer& who, std::vector<std::int32_t> partitions,
               std::int16_t version = 3) {
        AddPartitionsToTxnRequest request;
        request.v3_and_below_transactional_id = id;
        request.v3_and_below_producer_id = who.id;
        request.v3_and_below_producer_epoch = who.epoch;
        request.v3_and_below_topics.push_back({"orders", indexes(partitions)});
        const auto answer = ask(broker_, request, version);
        return errors_of(answer.results_by_topic_v3_and_below.at(0));
    }
    // As brokers ask for several transactions.
    std::vector<Errors> verify(const std::vector<std::pair<std::string, Producer>>& transactions) {
        AddPartitionsToTxnRequest request;
        for (const auto& [id, who] : transactions) {
            request.transactions.push_back(
                {id, who.id, who.epoch, true, {{"orders", indexes({0, 1})}}});
        }
        std::vector<Errors> errors;
        for (const auto& result : ask(broker_, request, 5).results_by_transaction) {
            errors.push_back(errors_of(result.topic_results.at(0)));
        }
        return errors;
    }
    ErrorCode add_offsets(const std::string& id, const Producer& who, std::int16_t version = 4) {
        AddOffsetsToTxnRequest request;
        request.transactional_id = id;
        request.producer_id = who.id;
        request.producer_epoch = who.epoch;
        request.group_id = "group";
        return ask(broker_, request, version).error_code;
    }
    EndTxnResponse end(const std::string& id, const Producer& who, bool committed,
                       std::int16_t version = 5) {
        EndTxnRequest request;
        request.transactional_id = id;
        request.producer_id = who.id;
        request.producer_epoch = who.epoch;
        request.committed = committed;
        return ask(broker_, request, version);
    }
    ErrorCode commit_offset(const std::string& id, const Producer& who, const std::string& topic,
                            std::int16_t version = 5, const std::string& group = "group") {
        TxnOffsetCommitRequest request;
        request.transactional_id = id;
        request.group_id = group;
        request.producer_id = who.id;
        request.producer_epoch = who.epoch;
        auto& partition = request.topics.emplace_back(TxnOffsetCommitRequest::Topic{topic, {}})
                              .partitions.emplace_back();
        partition.committed_offset = {7};
        ErrorCode error = ErrorCode::NONE;
        until_ready([&] {
            const auto answer = ask(broker_, request, version);
            error = answer.topics.at(0).partitions.at(0).error_code;
            return error;
        });
        return error;
    }
    ErrorCode write(const std::string& id, const Producer& who, std::int16_t version = 12) {
        const auto builder =
            ProduceBuilder().transactional_id(id).topic("orders").add(0, batch_of(who));
        const auto answer = ask(broker_, builder.request(), version);
        return answer.responses.at(0).partition_responses.at(0).error_code;
    }
    DescribeTransactionsResponse::TransactionState describe(const std::string& id) {
        DescribeTransactionsRequest request;
        request.transactional_ids = {id};
        return ask(broker_, request).transaction_states.at(0);
    }
    std::vector<std::string> list(const ListTransactionsRequest& request) {
        std::vector<std::string> ids;
        for (const auto& state : ask(broker_, request).transaction_states) {
            ids.push_back(state.transactional_id);
        }
        return ids;
    }
    DescribeProducersResponse::Topic::Partition producers_of(std::int32_t partition) {
        DescribeProducersRequest request;
        request.topics.push_back({"orders", {{partition}}});
        return ask(broker_, request).topics.at(0).partitions.at(0);
    }

    static std::vector<PartitionIndex> indexes(const std::vector<std::int32_t>& numbers) {
        std::vector<PartitionIndex> partitions;
        for (const std::int32_t number : numbers) partitions.push_back({number});
        return partitions;
    }
    static Bytes batch_of(const Producer& who) {
        return transactional_batch(who.id.value, who.epoch.value);
    }
    template <class Topic>
    static Errors errors_of(const Topic& topic) {
        Errors errors;
        for (const auto& partition : topic.results_by_partition) {
            errors.push_back(partition.partition_error_code);
        }
        return errors;
    }

    TestBroker broker_{{{"transaction.state.log.num.partitions", "3"},
                        {"offsets.topic.num.partitions", "2"},
                        {"transaction.max.timeout.ms", "90000"}}};
};

}  // namespace kafka::broker
