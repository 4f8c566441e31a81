// The markers of a decided transaction are in all of its partitions.
#include "transactions/decisions.h"

namespace kafka::transactions {

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
