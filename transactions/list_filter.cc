#include "transactions/list_filter.h"

namespace kafka::transactions {

ListFilter::ListFilter(const ListTransactionsRequest& request,
                       std::function<bool(std::string_view)> matches)
    : by_state_(!request.state_filters.empty()),
      producer_ids_(request.producer_id_filters.begin(), request.producer_id_filters.end()),
      longer_than_ms_(request.duration_filter),
      matches_(std::move(matches)) {
    for (const std::string& name : request.state_filters) {
        if (const auto state = state_named(name)) {
            states_.insert(*state);
        } else {
            unknown_states_.push_back(name);
        }
    }
}

bool ListFilter::lets_pass(std::string_view id, const TransactionValue& value,
                           TimestampMs now) const {
    if (!producer_ids_.empty() && !producer_ids_.contains(value.producer_id)) return false;
    if (by_state_ && !states_.contains(value.state)) return false;
    // As Kafka has it, an id that never began a transaction has been at it since 1970.
    if (longer_than_ms_ >= 0 && now - value.start <= longer_than_ms_) return false;
    return !matches_ || matches_(id);
}

}  // namespace kafka::transactions
