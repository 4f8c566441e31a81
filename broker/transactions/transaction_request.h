// How a handler reaches the coordinator of a transactional id: on whichever shard it lives. For
// code that waits; see transaction_shard.h for what may be asked there.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>

#include "broker/crossing.h"
#include "broker/transactions/transaction_shard.h"

namespace kafka::broker {

struct TransactionPlace {
    Shard* shard;
    PartitionIndex partition;
};

// Nothing while `__transaction_state` does not exist.
std::optional<TransactionPlace> place_of_transaction(Shard& home, std::string_view id);

// Task<R> ask(TransactionShard&), run where the id is. `ask` is a named local of the caller.
template <class Ask>
auto on_transaction_shard(Shard& home, TransactionPlace place, Ask& ask)
    -> std::invoke_result_t<Ask&, TransactionShard&> {
    using Value = decltype(std::declval<std::invoke_result_t<Ask&, TransactionShard&>>().take());
    auto work = [&ask](Shard& there) { return ask(there.transactions()); };
    if (place.shard == &home) {
        auto task = work(home);
        Value value = co_await task;
        co_return value;
    }
    RemoteTask remote(home, *place.shard, work, *place.shard);
    Value value = co_await remote;
    co_return value;
}

// Answered<R> decide(TransactionCoordinator&, const Context&), where the id is.
template <class R, class Decide>
Task<Coordinated<R>> decide_for_transaction(Shard& home, std::string_view id, Decide& decide) {
    const std::optional<TransactionPlace> place = place_of_transaction(home, id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto ask = [&decide, partition = place->partition](TransactionShard& there) {
        return there.decide<R>(partition, decide);
    };
    auto task = on_transaction_shard(home, *place, ask);
    Coordinated<R> answer = co_await task;
    co_return answer;
}

// R look(const TransactionCoordinator&, const Context&), where the id is.
template <class R, class Look>
Task<Coordinated<R>> look_at_transaction(Shard& home, std::string_view id, Look& look) {
    const std::optional<TransactionPlace> place = place_of_transaction(home, id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto work = [&look, partition = place->partition](Shard& there) {
        return there.transactions().look(partition, look);
    };
    Crossing<decltype(work)> crossing(home, *place->shard, std::move(work));
    Coordinated<R> answer = co_await crossing;
    co_return answer;
}

}  // namespace kafka::broker
