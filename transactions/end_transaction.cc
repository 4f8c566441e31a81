// EndTxn: a transaction is decided. From here on it will be committed, or aborted, whatever dies.
//
// Transactions V1 and V2 differ in who is taken for a retry. With V1 the epoch stays, so that the
// state alone tells; with V2 every end raises it, and a request of the epoch before is a retry
// (KIP-890).
#include <algorithm>

#include "transactions/decisions.h"

namespace kafka::transactions {
namespace {

using enum TransactionState;

// Did the producer, who may not have heard the answer, end the transaction with this epoch?
bool is_retry(const TransactionValue& value, const Producer& producer) {
    if (producer.epoch < kMaxEpoch && value.producer_epoch == producer.epoch.next()) return true;
    return value.previous_producer_id == producer.id && producer.epoch == kMaxEpoch.previous() &&
           value.producer_epoch == ProducerEpoch{0};
}

Decision prepare(const TransactionValue& value, const EndTransaction& asked,
                 ProducerIdReserve& new_ids, TimestampMs now) {
    Decision decision;
    TransactionValue& next = decision.next.emplace(value);
    next.previous_producer_id = value.producer_id;
    next.state = asked.commit ? PrepareCommit : PrepareAbort;
    next.client_transaction_version = asked.client_version;
    next.last_update = now;
    if (value.state != Ongoing) next.start = now;
    if (asked.client_version < kVersionWithBump) return decision;

    // The last epoch of an id is for markers alone: with them the producer gets a new id.
    if (value.is_epoch_exhausted()) {
        const auto id = new_ids.take();
        if (!id) return Decision::refuse(ErrorCode::COORDINATOR_NOT_AVAILABLE);
        next.next_producer_id = *id;
    }
    next.producer_epoch = std::min(value.producer_epoch, kMaxEpoch.previous()).next();
    decision.last_producer_epoch = value.producer_epoch;
    return decision;
}

Decision end_v1(const Transaction& current, const EndTransaction& asked, ProducerIdReserve& new_ids,
                TimestampMs now) {
    const TransactionValue& value = current.hard;
    if (value.producer_id != asked.producer.id) {
        return Decision::refuse(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    }
    if (value.producer_epoch != asked.producer.epoch) {
        return Decision::refuse(ErrorCode::PRODUCER_FENCED);
    }
    if (is_prepared(value.state)) return Decision::refuse(ErrorCode::CONCURRENT_TRANSACTIONS);
    if (value.state == Ongoing) {
        Decision decision = prepare(value, asked, new_ids, now);
        decision.last_producer_epoch = current.last_producer_epoch;
        return decision;
    }
    const bool is_done = value.state == (asked.commit ? CompleteCommit : CompleteAbort);
    return Decision::refuse(is_done ? ErrorCode::NONE : ErrorCode::INVALID_TXN_STATE);
}

Decision end_v2(const Transaction& current, const EndTransaction& asked, ProducerIdReserve& new_ids,
                TimestampMs now) {
    const TransactionValue& value = current.hard;
    // Before the producer is looked at: its id may be changing.
    if (is_prepared(value.state)) return Decision::refuse(ErrorCode::CONCURRENT_TRANSACTIONS);
    const bool was_ended = value.state == CompleteCommit || value.state == CompleteAbort;
    const bool retry = was_ended && is_retry(value, asked.producer);
    if (value.producer_id != asked.producer.id &&
        !(retry && value.previous_producer_id == asked.producer.id)) {
        return Decision::refuse(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    }
    if (!retry && value.producer_epoch != asked.producer.epoch) {
        return Decision::refuse(ErrorCode::PRODUCER_FENCED);
    }
    if (retry) {
        const bool same = value.state == (asked.commit ? CompleteCommit : CompleteAbort);
        return Decision::refuse(same ? ErrorCode::NONE : ErrorCode::INVALID_TXN_STATE);
    }
    // A producer may abort what the coordinator never heard of; it cannot commit that.
    if (asked.commit && value.state != Ongoing) {
        return Decision::refuse(ErrorCode::INVALID_TXN_STATE);
    }
    return prepare(value, asked, new_ids, now);
}

}  // namespace

Decision on_end_transaction(const Transaction* current, const EndTransaction& asked,
                            ProducerIdReserve& new_ids, TimestampMs now) {
    if (!current) return Decision::refuse(ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    if (asked.client_version < kVersionWithBump) return end_v1(*current, asked, new_ids, now);
    return end_v2(*current, asked, new_ids, now);
}

Decision on_fence(const Transaction& current, ProducerIdReserve& new_ids, TimestampMs now) {
    const Producer producer{current.hard.producer_id, current.hard.producer_epoch};
    return prepare(current.hard, {producer, false, kVersionWithBump}, new_ids, now);
}

}  // namespace kafka::transactions
