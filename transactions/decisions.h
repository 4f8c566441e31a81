// The decisions about one transactional id: each takes where the id stands and returns where it
// stands next, changing nothing itself. One file for each event. Time and new producer ids are
// arguments; when no new id is left, who needs one is told COORDINATOR_NOT_AVAILABLE.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/gen/error_code.h"
#include "transactions/producer_id_reserve.h"
#include "transactions/transaction.h"

namespace kafka::transactions {

struct Decision {
    ErrorCode error = ErrorCode::NONE;
    std::optional<TransactionValue> next{};  // nothing: it stays as it is
    ProducerEpoch last_producer_epoch = kNoProducerEpoch;

    static Decision refuse(ErrorCode code) { return {.error = code}; }
};

// --- InitProducerId: init_producer_id.cc
struct InitProducer {
    std::int32_t timeout_ms = 0;
    std::optional<Producer> own{};  // a producer that goes on after an error (KIP-360)
};
// `current` is null for an id that is not known. An open transaction is aborted first: the answer
// is CONCURRENT_TRANSACTIONS then, although there is a change.
Decision on_init_producer_id(const Transaction* current, const InitProducer& asked,
                             ProducerIdReserve& new_ids, TimestampMs now);

// --- AddPartitionsToTxn, AddOffsetsToTxn and what implies them: add_partitions.cc
Decision on_add_partitions(const Transaction* current, const Producer& producer,
                           const PartitionSet& partitions, std::int16_t client_version,
                           TimestampMs now);
// May the producer write to partitions of its transaction now? NONE, or why not. The partitions
// themselves are the caller's to compare.
ErrorCode on_verify(const Transaction* current, const Producer& producer);

// --- EndTxn: end_transaction.cc
struct EndTransaction {
    Producer producer;
    bool commit = false;
    std::int16_t client_version = 0;
};
Decision on_end_transaction(const Transaction* current, const EndTransaction& asked,
                            ProducerIdReserve& new_ids, TimestampMs now);
// The coordinator itself aborts an open transaction, and nothing of its producer counts any more.
Decision on_fence(const Transaction& current, ProducerIdReserve& new_ids, TimestampMs now);

// --- every partition knows how the transaction ended: complete.cc
Decision on_markers_written(const Transaction& current, TimestampMs now);

}  // namespace kafka::transactions
