// From a decision to its end: the markers of a transaction, and what follows when all of its
// partitions have them.
#include "transactions/decisions.h"
#include "transactions/effects.h"

namespace kafka::transactions {

MarkersToWrite markers_of(const std::string& id, const TransactionValue& value) {
    return {.transactional_id = id,
            .producer = {value.producer_id, value.producer_epoch},
            .commit = value.state == TransactionState::PrepareCommit,
            .transaction_version = value.client_transaction_version,
            .partitions = value.partitions};
}

Decision on_markers_written(const Transaction& current, TimestampMs now) {
    const TransactionValue& value = current.hard;
    if (!is_prepared(value.state)) return {};
    Decision decision;
    decision.last_producer_epoch = current.last_producer_epoch;
    TransactionValue& next = decision.next.emplace(value);
    next.previous_producer_id = value.producer_id;
    next.state = value.state == TransactionState::PrepareCommit ? TransactionState::CompleteCommit
                                                                : TransactionState::CompleteAbort;
    if (value.next_producer_id != kNoProducerId) {
        next.producer_id = value.next_producer_id;
        next.producer_epoch = ProducerEpoch{0};
        next.next_producer_id = kNoProducerId;
    }
    next.partitions = {};
    next.last_update = now;
    return decision;
}

}  // namespace kafka::transactions
