// One transactional id. Its states, and what moves it from one to the next:
//
//     (unknown) ── InitProducerId ──▶ Empty ◀── InitProducerId ── CompleteCommit, CompleteAbort
//
//     Empty, CompleteCommit, CompleteAbort ── a partition is added ──▶ Ongoing
//
//     Ongoing ── EndTxn(commit) ──▶ PrepareCommit ── markers written ──▶ CompleteCommit
//     Ongoing ── EndTxn(abort), timeout, InitProducerId ──▶ PrepareAbort ── … ──▶ CompleteAbort
//
//     Empty, Complete… ── EndTxn(abort) of transactions V2 ──▶ PrepareAbort   (KIP-890)
//     Empty, Complete… ── unused for transactional.id.expiration.ms ──▶ (unknown)
//
// A transaction is decided when its Prepare record is written; whatever dies after that, the
// markers reach all of its partitions. With transactions V1 a producer's epoch is raised by
// InitProducerId alone; with V2 by the end of every transaction, so that nothing late of one can
// slip into the next. Values; the coordinator of the id's partition owns them.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "coordinator/log_record.h"
#include "coordinator/now.h"
#include "protocol/record_batch.h"
#include "transactions/partition_set.h"
#include "transactions/transaction_state.h"

namespace kafka::transactions {

using coordinator::kNever;
using coordinator::Now;
using coordinator::Producer;
using coordinator::SteadyMs;

inline constexpr TimestampMs kNoTime{-1};
inline constexpr ProducerEpoch kMaxEpoch{std::numeric_limits<std::int16_t>::max()};
// From this version on the end of a transaction raises the epoch (KIP-890).
inline constexpr std::int16_t kVersionWithBump = 2;

// Hard state: what a record says.
struct TransactionValue {
    ProducerId producer_id = kNoProducerId;
    ProducerId previous_producer_id = kNoProducerId;  // before the last change
    ProducerId next_producer_id = kNoProducerId;      // while epochs run out in a Prepare state
    ProducerEpoch producer_epoch = kNoProducerEpoch;
    std::int16_t client_transaction_version = 0;
    TransactionState state = TransactionState::Empty;
    std::int32_t timeout_ms = 0;
    TimestampMs start = kNoTime;  // of this transaction, or the last one
    TimestampMs last_update = kNoTime;
    PartitionSet partitions{};

    // The last epoch but one is the last that a producer is given, so that it can be fenced.
    bool is_epoch_exhausted() const { return producer_epoch >= kMaxEpoch.previous(); }
    bool operator==(const TransactionValue&) const = default;
};

struct Transaction {
    TransactionValue hard{};

    // --- soft state
    // The epoch before the last raise, when the producer asked for it; a retry of that request is
    // known by it. Records do not have it, so that a restart forgets it, as Kafka does.
    ProducerEpoch last_producer_epoch = kNoProducerEpoch;
    bool markers_under_way = false;
    std::unique_ptr<PartitionSet> unmarked{};  // when markers reached only some partitions
    SteadyMs scheduled_at = kNever;            // when the coordinator will look at it
};

}  // namespace kafka::transactions
