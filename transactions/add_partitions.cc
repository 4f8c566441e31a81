// AddPartitionsToTxn: partitions join a transaction, the first one opens it. AddOffsetsToTxn adds
// the partition of the group's offsets; Produce and TxnOffsetCommit of newer clients add what they
// write to (KIP-890).
#include "transactions/decisions.h"

namespace kafka::transactions {
namespace {

ErrorCode check_producer(const Transaction* current, const Producer& producer) {
    if (!current || current->hard.producer_id != producer.id) {
        return ErrorCode::INVALID_PRODUCER_ID_MAPPING;
    }
    if (current->hard.producer_epoch != producer.epoch) return ErrorCode::PRODUCER_FENCED;
    return ErrorCode::NONE;
}

}  // namespace

ErrorCode on_verify(const Transaction* current, const Producer& producer) {
    const ErrorCode error = check_producer(current, producer);
    if (error != ErrorCode::NONE) return error;
    if (is_prepared(current->hard.state)) return ErrorCode::CONCURRENT_TRANSACTIONS;
    return ErrorCode::NONE;
}

Decision on_add_partitions(const Transaction* current, const Producer& producer,
                           const PartitionSet& partitions, std::int16_t client_version,
                           TimestampMs now) {
    // Before the producer is looked at: the end of the transaction may be giving it a new id.
    if (current && is_prepared(current->hard.state)) {
        return Decision::refuse(ErrorCode::CONCURRENT_TRANSACTIONS);
    }
    const ErrorCode error = check_producer(current, producer);
    if (error != ErrorCode::NONE) return Decision::refuse(error);
    const TransactionValue& value = current->hard;
    const bool is_open = value.state == TransactionState::Ongoing;
    if (is_open && value.partitions.contains(partitions)) return {};

    Decision decision;
    decision.last_producer_epoch = current->last_producer_epoch;
    TransactionValue& next = decision.next.emplace(value);
    next.previous_producer_id = value.producer_id;
    next.state = TransactionState::Ongoing;
    next.partitions.add(partitions);
    if (!is_open) next.start = now;
    next.last_update = now;
    next.client_transaction_version = client_version;
    return decision;
}

}  // namespace kafka::transactions
