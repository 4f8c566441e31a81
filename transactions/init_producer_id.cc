// InitProducerId: a producer takes over a transactional id. Whoever had it is fenced, and what it
// left open is aborted first.
#include "transactions/decisions.h"

namespace kafka::transactions {
namespace {

// A producer that names its id may go on with it, unless another has had the transactional id
// since. The epoch is looked at when it is to be raised.
bool may_go_on(const TransactionValue& value, const Producer& own) {
    if (own.id == value.producer_id) return true;
    // It may not have heard of the id that it got when the epochs of its old one ran out.
    return own.id == value.previous_producer_id && own.epoch >= kMaxEpoch.previous();
}

TransactionValue emptied(const TransactionValue& value, const InitProducer& asked,
                         TimestampMs now) {
    TransactionValue next = value;
    next.previous_producer_id = value.producer_id;
    next.state = TransactionState::Empty;
    next.timeout_ms = asked.timeout_ms;
    next.partitions = {};
    next.start = kNoTime;
    next.last_update = now;
    return next;
}

Decision renew_producer_id(const TransactionValue& value, const InitProducer& asked,
                           ProducerIdReserve& new_ids, TimestampMs now) {
    const auto id = new_ids.take();
    if (!id) return Decision::refuse(ErrorCode::COORDINATOR_NOT_AVAILABLE);
    Decision decision;
    if (asked.own) decision.last_producer_epoch = value.producer_epoch;
    decision.next = emptied(value, asked, now);
    decision.next->producer_id = *id;
    decision.next->producer_epoch = ProducerEpoch{0};
    return decision;
}

Decision raise_epoch(const Transaction& current, const InitProducer& asked,
                     ProducerIdReserve& new_ids, TimestampMs now) {
    const TransactionValue& value = current.hard;
    const bool is_newest = !asked.own || asked.own->epoch == value.producer_epoch;
    if (is_newest && value.is_epoch_exhausted()) {
        return renew_producer_id(value, asked, new_ids, now);
    }
    Decision decision;
    decision.next = emptied(value, asked, now);
    if (is_newest) {
        decision.next->producer_epoch = value.producer_epoch.next();
        if (asked.own) decision.last_producer_epoch = value.producer_epoch;
        return decision;
    }
    // The answer got lost, or the coordinator raised the epoch when it aborted: once is enough.
    decision.last_producer_epoch = current.last_producer_epoch;
    if (asked.own->epoch == current.last_producer_epoch) return decision;
    return Decision::refuse(ErrorCode::PRODUCER_FENCED);
}

Decision first_epoch(const InitProducer& asked, ProducerIdReserve& new_ids, TimestampMs now) {
    const auto id = new_ids.take();
    if (!id) return Decision::refuse(ErrorCode::COORDINATOR_NOT_AVAILABLE);
    TransactionValue value;
    value.producer_id = *id;
    Decision decision;
    decision.next = emptied(value, asked, now);
    decision.next->producer_epoch = ProducerEpoch{0};
    return decision;
}

}  // namespace

Decision on_init_producer_id(const Transaction* current, const InitProducer& asked,
                             ProducerIdReserve& new_ids, TimestampMs now) {
    if (!current) return first_epoch(asked, new_ids, now);
    if (is_prepared(current->hard.state)) {
        return Decision::refuse(ErrorCode::CONCURRENT_TRANSACTIONS);
    }
    if (asked.own && !may_go_on(current->hard, *asked.own)) {
        return Decision::refuse(ErrorCode::PRODUCER_FENCED);
    }
    if (current->hard.state != TransactionState::Ongoing) {
        return raise_epoch(*current, asked, new_ids, now);
    }
    Decision fence = on_fence(*current, new_ids, now);
    if (fence.next) fence.error = ErrorCode::CONCURRENT_TRANSACTIONS;
    return fence;
}

}  // namespace kafka::transactions
