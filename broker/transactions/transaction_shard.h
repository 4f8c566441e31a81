// The transaction coordinators of one shard: hosts those partitions of `__transaction_state` that
// the shard owns, and takes what they decide to the partitions of the transactions. Lives on the
// shard.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <utility>

#include "base/task.h"
#include "broker/coordinator_partitions.h"
#include "broker/transactions/hosted_transactions.h"

namespace kafka::broker {

struct BrokerConfig;

inline constexpr std::string_view kTransactionTopic = "__transaction_state";

class TransactionShard final : MarkerSink {
  public:
    static TransactionShard& of(Shard& shard) { return shard.transactions(); }

    explicit TransactionShard(Shard& shard);
    TransactionShard(const TransactionShard&) = delete;
    TransactionShard& operator=(const TransactionShard&) = delete;
    ~TransactionShard() override;

    // The image has moved and the shard's partitions with it.
    void metadata_changed();
    // Nothing is begun any more; when it is idle() the partitions may be closed.
    void stop();
    bool idle() const { return writing_.empty() && !filling_; }

    // Answered<R> decide(TransactionCoordinator&, const Context&): answered when its records are
    // committed. `decide` must outlive the wait.
    template <class R, class Decide>
    Task<Coordinated<R>> decide(PartitionIndex partition, Decide& decide) {
        const ErrorCode unavailable = availability(partition);
        if (unavailable != ErrorCode::NONE) co_return unavailable;
        HostedTransactions& hosted = *partitions_.find(partition);
        transactions::Answered<R> answered = decide(hosted.runtime().machine(), context());
        hosted.runtime().carry_out(std::move(answered.effects), context());
        partitions_.after(hosted);
        CommitWait commit(hosted.runtime());
        const ErrorCode error = co_await commit;
        if (error != ErrorCode::NONE) co_return error;
        co_return std::move(answered.response);
    }
    // InitProducerId and EndTxn, which may need new producer ids.
    Task<Coordinated<InitProducerIdResponse>> init_producer_id(PartitionIndex partition,
                                                               const InitProducerIdRequest& request,
                                                               std::int16_t version);
    // Answered when the markers have been tried everywhere: then the outcome can be read.
    //
    // Unlike Kafka, which answers before, and refuses what comes next until markers are written.
    Task<Coordinated<EndTxnResponse>> end_transaction(PartitionIndex partition,
                                                      const EndTxnRequest& request,
                                                      std::int16_t version);
    // R look(const TransactionCoordinator&, const Context&): an answer that needs no record.
    template <class Look>
    auto look(PartitionIndex partition, Look& look)
        -> Coordinated<decltype(look(std::declval<const transactions::TransactionCoordinator&>(),
                                     std::declval<const transactions::Context&>()))> {
        const ErrorCode unavailable = availability(partition);
        if (unavailable != ErrorCode::NONE) return unavailable;
        return look(std::as_const(partitions_.find(partition)->runtime().machine()), context());
    }
    // Calls visit(const TransactionCoordinator&, const Context&) for each;
    // COORDINATOR_LOAD_IN_PROGRESS when one of them is not loaded.
    template <class Visit>
    ErrorCode for_each(Visit& visit) {
        for (auto& [index, hosted] : partitions_.all()) {
            const ErrorCode error = hosted.runtime().availability();
            if (error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) return error;
            if (error == ErrorCode::NONE) {
                visit(std::as_const(hosted.runtime().machine()), context());
            }
        }
        return ErrorCode::NONE;
    }

  private:
    // The markers of one transaction on their way.
    struct Writing {
        TransactionShard& shard;
        PartitionIndex coordinator;
        CoordinatorEpoch epoch;
        transactions::MarkersToWrite markers;
        std::list<Writing>::iterator at{};
        Task<void> task{};
    };

    transactions::Context context();
    ErrorCode availability(PartitionIndex partition);
    // Producer ids for those who will need some.
    Task<ErrorCode> fill_reserve();
    // Until the markers of an id, if any are on their way, have been tried everywhere.
    Task<void> markers_tried(PartitionIndex partition, const std::string& id);
    // For what happens by itself.
    void fill_if_wanted();
    void write(PartitionIndex coordinator, CoordinatorEpoch epoch,
               transactions::MarkersToWrite markers) override;
    Task<void> carry_to_partitions(Writing& writing);
    void finish(const Writing& writing, transactions::PartitionSet unmarked);

    Shard& shard_;
    const transactions::TransactionConfig config_;
    transactions::ProducerIdReserve new_ids_;
    CoordinatorPartitions<HostedTransactions> partitions_;
    std::list<Writing> writing_;
    bool filling_ = false;
    Task<ErrorCode> fill_;
    bool stopping_ = false;
};

}  // namespace kafka::broker
