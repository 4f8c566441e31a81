// DescribeTransactions and ListTransactions: what an administrator sees (KIP-664).
#include "transactions/transaction_coordinator.h"

namespace kafka::transactions {

DescribeTransactionsResponse::TransactionState TransactionCoordinator::describe(
    const std::string& id) const {
    DescribeTransactionsResponse::TransactionState state;
    state.transactional_id = id;
    const Transaction* transaction = find(id);
    if (!transaction) {
        state.error_code =
            id.empty() ? ErrorCode::INVALID_REQUEST : ErrorCode::TRANSACTIONAL_ID_NOT_FOUND;
        return state;
    }
    const TransactionValue& value = transaction->hard;
    state.transaction_state = name_of(value.state);
    state.transaction_timeout_ms = value.timeout_ms;
    state.transaction_start_time_ms = value.start;
    state.producer_id = value.producer_id;
    state.producer_epoch = value.producer_epoch;
    for (const PartitionSet::Topic& topic : value.partitions.topics()) {
        state.topics.push_back({topic.topic, topic.partition_ids});
    }
    return state;
}

void TransactionCoordinator::list(
    const ListFilter& filter, TimestampMs now,
    std::vector<ListTransactionsResponse::TransactionState>& out) const {
    for (const auto& [id, transaction] : transactions_) {
        const TransactionValue& value = transaction.hard;
        if (!filter.lets_pass(id, value, now)) continue;
        out.push_back({id, value.producer_id, std::string(name_of(value.state))});
    }
}

}  // namespace kafka::transactions
