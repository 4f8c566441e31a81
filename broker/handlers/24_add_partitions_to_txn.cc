// AddPartitionsToTxn: a producer names the partitions that it is about to write to in its
// transaction. (KIP-98; for brokers, several transactions at once and verification: KIP-890)
#include <algorithm>

#include "broker/transactions/transaction_request.h"
#include "broker/waiting_handler.h"
#include "cluster/image.h"
#include "protocol/gen/add_partitions_to_txn.h"

namespace kafka::broker {
namespace {
using Request = AddPartitionsToTxnRequest;
using Response = AddPartitionsToTxnResponse;
using TopicResults = std::vector<Response::TopicResult>;

constexpr std::int16_t kKnowsFenced = 2;
// Up to here clients ask, for one transaction.
constexpr std::int16_t kLastOfClients = 3;

// Kafka puts together what it says of a topic.
Response::TopicResult& results_of(TopicResults& results, const std::string& topic) {
    const auto found = std::ranges::find(results, topic, &Response::TopicResult::name);
    if (found != results.end()) return *found;
    return results.emplace_back(Response::TopicResult{topic, {}});
}

// One transaction of the request, which it outlives.
class Asked {
  public:
    Asked(const Request::Transaction& transaction, bool by_client)
        : asked_(transaction),
          by_client_(by_client),
          to_add_{transaction.transactional_id,
                  {transaction.producer_id, transaction.producer_epoch},
                  {},
                  by_client ? std::int16_t{0} : transactions::kVersionWithBump} {
        for (const auto& topic : transaction.topics) {
            for (const PartitionIndex index : topic.partitions) {
                to_add_.partitions.add(topic.name, index);
            }
        }
    }

    const transactions::PartitionsToAdd& to_add() const { return to_add_; }
    bool verify_only() const { return asked_.verify_only; }

    // Why nothing is added at all: then each partition says it, or that it would have been good.
    std::optional<TopicResults> refusal(const RequestContext& context) const {
        const std::string& id = to_add_.transactional_id;
        if (by_client_ &&
            !context.authorized(Operation::Write, id, ResourceType::TransactionalId)) {
            return all(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
        bool good = true;
        TopicResults results = answer([&](const std::string& topic, PartitionIndex index) {
            const ErrorCode error = check(context, topic, index);
            good = good && error == ErrorCode::NONE;
            return error == ErrorCode::NONE ? ErrorCode::OPERATION_NOT_ATTEMPTED : error;
        });
        if (good) return std::nullopt;
        return results;
    }
    TopicResults all(ErrorCode error) const {
        return answer([error](const std::string&, PartitionIndex) { return error; });
    }
    TopicResults verified(const transactions::Verified& verified) const {
        if (verified.error != ErrorCode::NONE) return all(verified.error);
        return answer([&](const std::string& topic, PartitionIndex index) {
            return verified.missing.contains(topic, index) ? ErrorCode::TRANSACTION_ABORTABLE
                                                           : ErrorCode::NONE;
        });
    }

  private:
    ErrorCode check(const RequestContext& context, const std::string& name,
                    PartitionIndex index) const {
        if (by_client_ && !context.authorized(Operation::Write, name)) {
            return ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        }
        const cluster::Topic* topic = context.image().topics.find(name);
        const auto at = static_cast<std::uint32_t>(index.value);
        if (!topic || at >= topic->partitions.size()) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        return ErrorCode::NONE;
    }
    template <class ErrorOf>
    TopicResults answer(ErrorOf error_of) const {
        TopicResults results;
        for (const auto& topic : asked_.topics) {
            auto& answers = results_of(results, topic.name).results_by_partition;
            for (const PartitionIndex index : topic.partitions) {
                answers.push_back({index, error_of(topic.name, index)});
            }
        }
        return results;
    }

    const Request::Transaction& asked_;
    const bool by_client_;
    transactions::PartitionsToAdd to_add_;
};

Task<TopicResults> verify(RequestContext& context, const Asked& asked) {
    auto look = [&asked](const transactions::TransactionCoordinator& coordinator,
                         const transactions::Context&) {
        return coordinator.verify_partitions(asked.to_add());
    };
    auto task = look_at_transaction<transactions::Verified>(context.shard(),
                                                            asked.to_add().transactional_id, look);
    Coordinated<transactions::Verified> answer = co_await task;
    if (!answer) co_return asked.all(answer.error());
    co_return asked.verified(*answer);
}

Task<TopicResults> add(RequestContext& context, const Asked& asked) {
    auto refusal = asked.refusal(context);
    if (refusal) co_return std::move(*refusal);
    if (asked.verify_only()) co_return co_await verify(context, asked);
    auto decide = [&asked](transactions::TransactionCoordinator& coordinator,
                           const transactions::Context& now) {
        return coordinator.add_partitions(asked.to_add(), now);
    };
    auto task = decide_for_transaction<transactions::Verified>(
        context.shard(), asked.to_add().transactional_id, decide);
    Coordinated<transactions::Verified> answer = co_await task;
    ErrorCode error = answer ? answer->error : answer.error();
    if (error == ErrorCode::PRODUCER_FENCED && context.api_version() < kKnowsFenced) {
        error = ErrorCode::INVALID_PRODUCER_EPOCH;
    }
    co_return asked.all(error);
}

Request::Transaction only_transaction(Request& request) {
    return {.transactional_id = std::move(request.v3_and_below_transactional_id),
            .producer_id = request.v3_and_below_producer_id,
            .producer_epoch = request.v3_and_below_producer_epoch,
            .verify_only = false,
            .topics = std::move(request.v3_and_below_topics)};
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    if (context.api_version() <= kLastOfClients) {
        const Request::Transaction transaction = only_transaction(request);
        const Asked asked(transaction, true);
        response.results_by_topic_v3_and_below = co_await add(context, asked);
        co_return response;
    }
    if (!context.authorized(Operation::ClusterAction, kClusterName, ResourceType::Cluster)) {
        response.error_code = ErrorCode::CLUSTER_AUTHORIZATION_FAILED;
        co_return response;
    }
    for (const Request::Transaction& transaction : request.transactions) {
        const Asked asked(transaction, false);
        TopicResults results = co_await add(context, asked);
        response.results_by_transaction.push_back(
            {transaction.transactional_id, std::move(results)});
    }
    co_return response;
}

KAFKA_HANDLER(AddPartitionsToTxn);

}  // namespace kafka::broker
