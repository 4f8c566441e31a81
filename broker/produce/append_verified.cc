// The way of a batch that opens a transaction: verified by the coordinator, then appended.
#include <algorithm>
#include <chrono>

#include "broker/config.h"
#include "broker/pause.h"
#include "broker/produce/transactional_batches.h"
#include "broker/transactions/verification.h"
#include "cluster/image.h"

namespace kafka::broker {
namespace {
using Answer = ProduceResponse::Topic::Partition;

constexpr std::int16_t kFirstVersionWithAbortableError = 11;

std::vector<ProduceItem*> waiting_items(ProducePlan& plan) {
    std::vector<ProduceItem*> waiting;
    for (ProduceItem& item : plan.items) {
        if (item.awaits_verification) waiting.push_back(&item);
    }
    return waiting;
}

void name_partitions(const RequestContext& context, const std::vector<ProduceItem*>& items,
                     Verification& verification) {
    for (const ProduceItem* item : items) {
        const TopicIdPartition& partition = item->home.partition;
        const cluster::Topic* topic = context.image().topics.find(partition.topic_id);
        // Deleted since: the coordinator does not know the name that nothing has.
        verification.partitions.push_back(
            {topic ? topic->name : std::string(), partition.partition, ErrorCode::NONE});
    }
}

bool must_try_again(const Verification& verification) {
    return verification.adds &&
           std::ranges::any_of(verification.partitions, [](const VerifiedPartition& partition) {
               return partition.error == ErrorCode::CONCURRENT_TRANSACTIONS;
           });
}

// While the end of the last transaction is being written, the next cannot begin; that is soon over,
// and worth more than an error to the producer.
Task<void> verify_patiently(RequestContext& context, Verification& verification) {
    const BrokerConfig& config = context.config();
    const std::chrono::milliseconds most(
        std::min(config.number("add.partitions.to.txn.retry.backoff.max.ms"),
                 config.number("request.timeout.ms")));
    const std::chrono::milliseconds backoff(
        config.number("add.partitions.to.txn.retry.backoff.ms"));
    Shard& here = context.shard();
    const auto enough = here.clock().monotonic() + most;
    co_await verify(here, verification);
    while (must_try_again(verification) && here.clock().monotonic() < enough) {
        Pause pause(here, backoff);
        co_await pause;
        co_await verify(here, verification);
    }
}

void refuse(Answer& answer, ErrorCode error, std::string message) {
    answer.error_code = error;
    answer.error_message = std::move(message);
}

// Coordinators' errors, as producers of this version understand them.
void answer_unverified(ErrorCode error, std::int16_t version, Answer& answer) {
    if (error == ErrorCode::PRODUCER_FENCED) error = ErrorCode::INVALID_PRODUCER_EPOCH;
    if (error == ErrorCode::TRANSACTION_ABORTABLE && version < kFirstVersionWithAbortableError) {
        error = ErrorCode::INVALID_TXN_STATE;
    }
    const bool adds = version >= kFirstVersionThatAddsPartitions;
    // Not ready: old clients try again after this one, without asking for metadata first.
    const bool not_ready =
        error == ErrorCode::NETWORK_EXCEPTION || error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS ||
        error == ErrorCode::COORDINATOR_NOT_AVAILABLE || error == ErrorCode::NOT_COORDINATOR ||
        (error == ErrorCode::CONCURRENT_TRANSACTIONS && !adds);
    if (not_ready) {
        refuse(answer, ErrorCode::NOT_ENOUGH_REPLICAS,
               "Unable to verify the partition has been added to the transaction. Underlying "
               "error: " +
                   std::string(error_name(error)));
    } else if (error == ErrorCode::INVALID_TXN_STATE) {
        refuse(answer, error, "Partition was not added to the transaction");
    } else {
        answer.error_code = error;
    }
}

}  // namespace

bool awaits_verification(const ProducePlan& plan) {
    return std::ranges::any_of(plan.items, [](const auto& i) { return i.awaits_verification; });
}

Task<void> append_verified(RequestContext& context, ProducePlan& plan,
                           std::string_view transactional_id) {
    const std::vector<ProduceItem*> waiting = waiting_items(plan);
    Verification verification;
    verification.transactional_id = transactional_id;
    verification.producer_id = plan.producer_id;
    verification.producer_epoch = plan.producer_epoch;
    verification.adds = plan.version >= kFirstVersionThatAddsPartitions;
    name_partitions(context, waiting, verification);
    co_await verify_patiently(context, verification);

    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const ErrorCode error = verification.partitions[i].error;
        if (error == ErrorCode::NONE) continue;
        answer_unverified(error, plan.version, *waiting[i]->answer);
        waiting[i]->awaits_verification = false;
    }
    auto append = [&plan](Shard& there, ProduceItem& item) {
        if (std::exchange(item.awaits_verification, false)) append_item(there, plan, item);
    };
    co_await on_owners(context, plan.items, append);
}

}  // namespace kafka::broker
