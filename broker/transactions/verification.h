// Is a partition in the transaction of a producer? Asked of the transaction coordinator before the
// first batch of a transaction is appended to the partition, so that no late batch can open a
// transaction that nobody will end (KIP-890). Producers of transaction version 2 do not announce
// their partitions: for them the coordinator adds what is not there yet.
//
// Called on the shard of a request, which need not be the coordinator's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "broker/shard.h"
#include "protocol/gen/error_code.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

struct VerifiedPartition {
    std::string topic;
    PartitionIndex partition;
    // The outcome, as AddPartitionsToTxn v5 answers it; NONE: it is in the transaction, and the
    // coordinator's log says so.
    ErrorCode error = ErrorCode::NONE;
};

struct Verification {
    std::string_view transactional_id;
    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    bool adds = false;  // what is not in the transaction; else TRANSACTION_ABORTABLE
    std::vector<VerifiedPartition> partitions;
};

// Fills in the outcomes; several verifications of one transactional id are answered in the order in
// which they were asked. COORDINATOR_NOT_AVAILABLE and the like where it cannot be asked.
// `verification` must outlive the wait.
Task<void> verify(Shard& home, Verification& verification);

}  // namespace kafka::broker
