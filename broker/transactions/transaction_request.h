// How a handler reaches the coordinator of a transactional id: on whichever shard it lives. For
// code that waits; see transaction_shard.h for what may be asked there.
#pragma once

#include <string_view>

#include "broker/coordinator_request.h"
#include "broker/transactions/transaction_shard.h"

namespace kafka::broker {

// Task<Coordinated<R>> ask(TransactionShard&, PartitionIndex), where the id is. NOT_COORDINATOR
// while `__transaction_state` does not exist.
template <class R, class Ask>
Task<Coordinated<R>> ask_for_transaction(Shard& home, std::string_view id, Ask& ask) {
    const auto place = place_of_key(home, kTransactionTopic, id);
    return ask_coordinator<TransactionShard, R>(home, place, ask);
}

// Answered<R> decide(TransactionCoordinator&, const Context&), where the id is.
template <class R, class Decide>
Task<Coordinated<R>> decide_for_transaction(Shard& home, std::string_view id, Decide& decide) {
    const auto place = place_of_key(home, kTransactionTopic, id);
    return decide_at_coordinator<TransactionShard, R>(home, place, decide);
}

// R look(const TransactionCoordinator&, const Context&), where the id is.
template <class R, class Look>
Task<Coordinated<R>> look_at_transaction(Shard& home, std::string_view id, Look& look) {
    const auto place = place_of_key(home, kTransactionTopic, id);
    return look_at_coordinator<TransactionShard, R>(home, place, look);
}

}  // namespace kafka::broker
