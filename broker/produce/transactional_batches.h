// What a Produce request must show before its transactional batches may be appended (KIP-98,
// KIP-890): one producer, with a transactional id, whose transaction the partitions belong to.
// Verification by the transaction coordinator plugs in here; until there is one, no transactional
// id is known, and batches are refused as Apache Kafka refuses those of an id that it never saw.
#pragma once

#include <optional>
#include <string>

#include "protocol/error.h"
#include "protocol/record_batch.h"

namespace kafka::broker {

class TransactionalBatches {
  public:
    explicit TransactionalBatches(const std::optional<std::string>& transactional_id)
        : transactional_id_(transactional_id) {}

    // Any batch that is marked as transactional, of whatever partition.
    void see() { seen_ = true; }
    // May this batch, of a partition that exists, be appended?
    ErrorCode check(const RecordBatchView& batch);

    // When the request as a whole is refused; to be asked after every batch was looked at.
    std::optional<Error> refusal() const;

  private:
    const std::optional<std::string>& transactional_id_;
    bool seen_ = false;
    ProducerId producer_id_ = kNoProducerId;
    ProducerEpoch producer_epoch_ = kNoProducerEpoch;
    bool several_producers_ = false;
};

}  // namespace kafka::broker
