// How a handler reaches a coordinator, of groups or of transactions, on whichever shard it lives.
// `Host` is what hosts it there: GroupShard or TransactionShard, which say what may be asked. What
// is to run there is a named local of the caller, who waits.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "broker/coordinator_partitions.h"
#include "broker/crossing.h"

namespace kafka::broker {

// The partition of an internal topic that a key hashes to, and its shard.
struct CoordinatorPlace {
    Shard* shard;
    PartitionIndex partition;
};

// Kafka's choice: the hash that Java gives the key.
PartitionIndex partition_of_key(std::string_view key, std::int32_t partition_count);

// Nothing while `topic` does not exist.
std::optional<CoordinatorPlace> place_of_key(Shard& home, std::string_view topic,
                                             std::string_view key);

// Task<Coordinated<R>> ask(Host&, PartitionIndex), where the coordinator is.
template <class Host, class R, class Ask>
Task<Coordinated<R>> ask_coordinator(Shard& home, std::optional<CoordinatorPlace> place, Ask& ask) {
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto work = [&ask, partition = place->partition](Shard& there) {
        return ask(Host::of(there), partition);
    };
    if (place->shard == &home) {
        auto task = work(home);
        Coordinated<R> answer = co_await task;
        co_return answer;
    }
    RemoteTask remote(home, *place->shard, work, *place->shard);
    Coordinated<R> answer = co_await remote;
    co_return answer;
}

// Answered<R> decide(the coordinator, its Context), there; answered when its records are committed.
template <class Host, class R, class Decide>
Task<Coordinated<R>> decide_at_coordinator(Shard& home, std::optional<CoordinatorPlace> place,
                                           Decide& decide) {
    auto ask = [&decide](Host& there, PartitionIndex partition) {
        return there.template decide<R>(partition, decide);
    };
    auto task = ask_coordinator<Host, R>(home, place, ask);
    Coordinated<R> answer = co_await task;
    co_return answer;
}

// R look(the coordinator, its Context), there: an answer that needs no record.
template <class Host, class R, class Look>
Task<Coordinated<R>> look_at_coordinator(Shard& home, std::optional<CoordinatorPlace> place,
                                         Look& look) {
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    auto work = [&look, partition = place->partition](Shard& there) -> Coordinated<R> {
        return Host::of(there).look(partition, look);
    };
    Crossing<decltype(work)> crossing(home, *place->shard, std::move(work));
    Coordinated<R> answer = co_await crossing;
    co_return answer;
}

}  // namespace kafka::broker
