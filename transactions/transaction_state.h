// Where a transactional id stands, with the numbers of its records and the names of the wire.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kafka::transactions {

enum class TransactionState : std::int8_t {
    Empty = 0,
    Ongoing = 1,
    PrepareCommit = 2,
    PrepareAbort = 3,
    CompleteCommit = 4,
    CompleteAbort = 5,
    // Kafka's own passing states: it never writes them, but clients may ask for them.
    Dead = 6,
    PrepareEpochFence = 7,
};

std::string_view name_of(TransactionState state);
// By its exact name.
std::optional<TransactionState> state_named(std::string_view name);
// Of a record.
std::optional<TransactionState> state_numbered(std::int8_t number);

// Decided, but not all partitions know it yet.
constexpr bool is_prepared(TransactionState state) {
    return state == TransactionState::PrepareCommit || state == TransactionState::PrepareAbort;
}

}  // namespace kafka::transactions
