// What a decision wants done: records to write, and markers to send once they are committed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transactions/producer_id_reserve.h"
#include "transactions/records.h"
#include "transactions/transaction_config.h"

namespace kafka::transactions {

struct Context {
    Now now;
    const TransactionConfig& config;
    ProducerIdReserve& new_ids;
};

// A transaction is decided: its partitions are to learn it. Whoever has told them all calls
// TransactionCoordinator::markers_written(), else markers_failed().
struct MarkersToWrite {
    std::string transactional_id;
    Producer producer;
    bool commit = false;
    std::int16_t transaction_version = 0;
    PartitionSet partitions{};

    bool operator==(const MarkersToWrite&) const = default;
};
MarkersToWrite markers_of(const std::string& id, const TransactionValue& value);

struct Effects {
    Records records{};                   // written as one batch: all of them or none
    std::optional<Producer> producer{};  // none: these records are in no transaction themselves
    std::vector<MarkersToWrite> replies{};
};

// A decision that answers a request; the response must wait until the records are committed.
template <class R>
struct Answered {
    R response{};
    Effects effects{};
};

}  // namespace kafka::transactions
