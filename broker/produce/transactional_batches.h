// What a Produce request must show before its transactional batches may be appended (KIP-98,
// KIP-890): one producer, with a transactional id, whose transaction the partitions belong to. The
// last is asked of the transaction coordinator, but only where the transaction is not open yet.
#pragma once

#include <optional>
#include <string>

#include "base/task.h"
#include "broker/produce/produce_plan.h"
#include "broker/waiting_handler.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"

namespace kafka::broker {

// The batches of one request, while it is planned.
class TransactionalBatches {
  public:
    explicit TransactionalBatches(const std::optional<std::string>& transactional_id)
        : transactional_id_(transactional_id) {}

    // Any batch that is marked as transactional, of whatever partition.
    void see() { seen_ = true; }
    // One of a partition that exists. True when the producer's transaction has to be there; Kafka
    // takes a transactional batch without a producer for an ordinary one.
    bool take(const RecordBatchView& batch);
    ProducerId producer_id() const { return producer_id_; }
    ProducerEpoch producer_epoch() const { return producer_epoch_; }
    // When the request as a whole is refused; to be asked after every batch was looked at.
    std::optional<Error> refusal() const;

  private:
    const std::optional<std::string>& transactional_id_;
    bool seen_ = false;
    ProducerId producer_id_ = kNoProducerId;
    ProducerEpoch producer_epoch_ = kNoProducerEpoch;
    bool several_producers_ = false;
};

// Must batches be verified before they open a transaction? Unless it was switched off.
bool verifies_transactions(const RequestContext& context);

// Appends the items that were left for their verification; answers those that are not in the
// transaction. The request has the turn of its producer.
Task<void> append_verified(RequestContext& context, ProducePlan& plan,
                           std::string_view transactional_id);

// Do any wait for it?
bool awaits_verification(const ProducePlan& plan);

}  // namespace kafka::broker
