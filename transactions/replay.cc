// Replay: the only code that changes what survives. It runs on the records of new decisions and on
// those of the log, and cannot tell them apart.
#include <algorithm>

#include "transactions/transaction_coordinator.h"

namespace kafka::transactions {

void TransactionCoordinator::replay(const Record& record, Offset, const std::optional<Producer>&) {
    if (record.value) {
        transactions_[record.transactional_id].hard = *record.value;
    } else {
        transactions_.erase(record.transactional_id);
    }
}

Effects TransactionCoordinator::loaded(const Context& context) {
    Effects effects;
    for (auto& [id, transaction] : transactions_) {
        if (is_prepared(transaction.hard.state)) {
            transaction.markers_under_way = true;
            effects.replies.push_back(markers_of(id, transaction.hard));
        } else if (transaction.hard.state == TransactionState::Ongoing) {
            schedule(id, transaction, context.now.steady);  // its deadline is found out then
        }
    }
    next_expiration_check_ = context.now.in_ms(context.config.expiration_check_interval_ms);
    return effects;
}

bool TransactionCoordinator::same_hard_state(const TransactionCoordinator& other) const {
    if (transactions_.size() != other.transactions_.size()) return false;
    return std::ranges::all_of(transactions_, [&](const auto& entry) {
        const Transaction* same = other.find(entry.first);
        return same && same->hard == entry.second.hard;
    });
}

}  // namespace kafka::transactions
