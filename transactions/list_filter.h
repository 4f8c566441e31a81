// Which transactional ids a ListTransactions is about (KIP-664, KIP-994, KIP-1152). Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "protocol/gen/list_transactions.h"
#include "transactions/transaction.h"

namespace kafka::transactions {

class ListFilter {
  public:
    // `matches`: the id is what transactional_id_pattern asks for; null when nothing is.
    ListFilter(const ListTransactionsRequest& request,
               std::function<bool(std::string_view)> matches);

    bool lets_pass(std::string_view id, const TransactionValue& value, TimestampMs now) const;
    // State filters that are no states; they let nothing pass.
    const std::vector<std::string>& unknown_states() const { return unknown_states_; }

  private:
    bool by_state_;
    std::unordered_set<TransactionState> states_;
    std::vector<std::string> unknown_states_;
    std::unordered_set<ProducerId> producer_ids_;
    std::int64_t longer_than_ms_;
    std::function<bool(std::string_view)> matches_;
};

}  // namespace kafka::transactions
