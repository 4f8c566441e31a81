#include "storage/compaction/transaction_fates.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "protocol/record_batch_control.h"

namespace kafka::storage {

TransactionFates::TransactionFates(std::vector<AbortedTransaction> aborted)
    : to_come_(std::move(aborted)) {
    std::ranges::sort(to_come_, std::greater(), &AbortedTransaction::first_offset);
}

// Transactions that have begun at `offset`. A producer has one at a time.
void TransactionFates::advance_to(Offset offset) {
    while (!to_come_.empty() && to_come_.back().first_offset <= offset) {
        aborted_.insert_or_assign(to_come_.back().producer_id, Aborted{to_come_.back()});
        to_come_.pop_back();
    }
}

bool TransactionFates::is_aborted(const RecordBatchView& batch) {
    advance_to(batch.last_offset());
    if (!batch.is_transactional()) return false;
    const auto found = aborted_.find(batch.producer_id());
    if (found == aborted_.end() || found->second.transaction.last_offset < batch.base_offset()) {
        committed_.insert(batch.producer_id());
        return false;
    }
    found->second.batch_met = true;
    return true;
}

bool TransactionFates::awaits_markers() const {
    return !committed_.empty() ||
           std::ranges::any_of(aborted_, [](const auto& each) { return each.second.batch_met; });
}

TransactionFates::Marker TransactionFates::marker(const RecordBatchView& control_batch) {
    advance_to(control_batch.last_offset());
    // An earlier compaction has emptied it.
    if (control_batch.record_count() == 0) return {.is_needed = false, .to_index = {}};
    const auto marker = transaction_marker_in(control_batch);
    if (!marker) return {};
    if (marker->type == ControlRecordType::Commit) {
        const bool batch_met = committed_.erase(control_batch.producer_id()) > 0;
        return {.is_needed = batch_met, .to_index = {}};
    }
    const auto ended = aborted_.extract(control_batch.producer_id());
    if (ended.empty() || !ended.mapped().batch_met) return {.is_needed = false, .to_index = {}};
    return {.is_needed = true, .to_index = ended.mapped().transaction};
}

}  // namespace kafka::storage
