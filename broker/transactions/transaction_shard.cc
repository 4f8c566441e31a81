#include "broker/transactions/transaction_shard.h"

#include "broker/config.h"
#include "broker/crossing.h"
#include "broker/shards.h"
#include "broker/transactions/markers.h"
#include "cluster/controller.h"

namespace kafka::broker {
namespace {
using transactions::TransactionCoordinator;

// At a time, of the broker's block.
constexpr std::int32_t kReservedIds = 50;

transactions::TransactionConfig config_of(const BrokerConfig& config) {
    transactions::TransactionConfig transactions;
    transactions.id_expiration_ms = config.number("transactional.id.expiration.ms");
    transactions.expiration_check_interval_ms =
        config.number("transaction.remove.expired.transaction.cleanup.interval.ms");
    return transactions;
}

EndedTransaction ended_by(const transactions::MarkersToWrite& markers, CoordinatorEpoch epoch) {
    EndedTransaction ended{.producer_id = markers.producer.id,
                           .producer_epoch = markers.producer.epoch,
                           .coordinator_epoch = epoch,
                           .committed = markers.commit,
                           .transaction_version = markers.transaction_version,
                           .partitions = {}};
    for (const auto& topic : markers.partitions.topics()) {
        for (const PartitionIndex index : topic.partition_ids) {
            ended.partitions.push_back({topic.topic, index});
        }
    }
    return ended;
}

// Is there nothing left to do for this partition? Deleted topics need no marker.
// Unlike Kafka: where a newer epoch has been, a marker is not waited for, as it will never be
// taken; Kafka leaves the transactional id unusable.
bool is_settled(ErrorCode error) {
    return error == ErrorCode::NONE || error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION ||
           error == ErrorCode::INVALID_PRODUCER_EPOCH ||
           error == ErrorCode::TRANSACTION_COORDINATOR_FENCED;
}

}  // namespace

TransactionShard::TransactionShard(Shard& shard)
    : shard_(shard),
      config_(config_of(shard.all().config())),
      partitions_(shard, kTransactionTopic, [this] { return context(); }) {}

TransactionShard::~TransactionShard() = default;

transactions::Context TransactionShard::context() {
    fill_if_wanted();
    return {coordinator_now(shard_.clock()), config_, new_ids_};
}

void TransactionShard::metadata_changed() {
    if (stopping_) return;
    MarkerSink& sink = *this;
    partitions_.metadata_changed(sink);
}

void TransactionShard::stop() {
    stopping_ = true;
    partitions_.clear();
}

ErrorCode TransactionShard::availability(PartitionIndex partition) {
    HostedTransactions* hosted = partitions_.find(partition);
    return hosted ? hosted->runtime().availability() : ErrorCode::NOT_COORDINATOR;
}

Task<ErrorCode> TransactionShard::fill_reserve() {
    Shards& all = shard_.all();
    auto reserve = [](cluster::Controller& controller) {
        return controller.next_producer_ids(kReservedIds);
    };
    RemoteTask remote(shard_, all.controller_shard(), reserve, *all.controller());
    Result<cluster::ProducerIdBlock> block = co_await remote;
    if (!block) co_return block.error().code;
    // Another request may have filled it meanwhile: what that left is lost.
    new_ids_.fill(block->first, block->count);
    co_return ErrorCode::NONE;
}

void TransactionShard::fill_if_wanted() {
    if (!new_ids_.wanted() || filling_ || stopping_) return;
    filling_ = true;
    fill_ = fill_reserve();
    fill_.start([](void* shard) { static_cast<TransactionShard*>(shard)->filling_ = false; }, this);
}

Task<Coordinated<InitProducerIdResponse>> TransactionShard::init_producer_id(
    PartitionIndex partition, const InitProducerIdRequest& request, std::int16_t version) {
    if (new_ids_.empty()) {
        auto filling = fill_reserve();
        const ErrorCode error = co_await filling;
        if (error != ErrorCode::NONE) co_return error;
    }
    auto init = [&](TransactionCoordinator& coordinator, const transactions::Context& now) {
        return coordinator.init_producer_id(request, version, now);
    };
    auto task = decide<InitProducerIdResponse>(partition, init);
    Coordinated<InitProducerIdResponse> answer = co_await task;
    // Whoever had to abort what was open shall find it done when it asks again.
    auto tried = markers_tried(partition, *request.transactional_id);
    co_await tried;
    co_return answer;
}

Task<Coordinated<EndTxnResponse>> TransactionShard::end_transaction(PartitionIndex partition,
                                                                    const EndTxnRequest& request,
                                                                    std::int16_t version) {
    if (new_ids_.empty()) {
        auto filling = fill_reserve();
        const ErrorCode error = co_await filling;
        if (error != ErrorCode::NONE) co_return error;
    }
    auto end = [&](TransactionCoordinator& coordinator, const transactions::Context& now) {
        return coordinator.end_transaction(request, version, now);
    };
    auto task = decide<EndTxnResponse>(partition, end);
    Coordinated<EndTxnResponse> answer = co_await task;
    auto tried = markers_tried(partition, request.transactional_id);
    co_await tried;
    co_return answer;
}

Task<void> TransactionShard::markers_tried(PartitionIndex partition, const std::string& id) {
    HostedTransactions* hosted = partitions_.find(partition);
    if (!hosted) co_return;
    HostedTransactions::MarkerWait tried(*hosted, id);
    co_await tried;
}

void TransactionShard::write(PartitionIndex coordinator, CoordinatorEpoch epoch,
                             transactions::MarkersToWrite markers) {
    // What is prepared stays so in the log: the next start goes on with it.
    if (stopping_) return;
    Writing& writing =
        writing_.emplace_back(Writing{*this, coordinator, epoch, std::move(markers)});
    writing.at = std::prev(writing_.end());
    writing.task = carry_to_partitions(writing);
    const auto forget = [](void* written) {
        auto& self = *static_cast<Writing*>(written);
        self.shard.writing_.erase(self.at);
    };
    writing.task.start(forget, &writing);
}

Task<void> TransactionShard::carry_to_partitions(Writing& writing) {
    EndedTransaction ended = ended_by(writing.markers, writing.epoch);
    const std::span<EndedTransaction> alone(&ended, 1);
    auto task = write_markers(shard_, alone);
    co_await task;
    transactions::PartitionSet unmarked;
    for (const MarkedPartition& marked : ended.partitions) {
        if (!is_settled(marked.error)) unmarked.add(marked.topic, marked.partition);
    }
    finish(writing, std::move(unmarked));
}

void TransactionShard::finish(const Writing& writing, transactions::PartitionSet unmarked) {
    HostedTransactions* hosted = partitions_.find(writing.coordinator);
    if (!hosted || hosted->runtime().availability() != ErrorCode::NONE) return;
    auto& machine = hosted->runtime().machine();
    if (unmarked.empty()) {
        hosted->runtime().carry_out(machine.markers_written(writing.markers, context()), context());
    } else {
        machine.markers_failed(writing.markers, std::move(unmarked), context());
    }
    partitions_.after(*hosted);
    hosted->tell(writing.markers.transactional_id);
}

}  // namespace kafka::broker
