// Ends transactions in partitions of this broker: appends their markers on the shards that own the
// partitions, and ends what `__consumer_offsets` holds of them through its group coordinators
// (KIP-98). WriteTxnMarkers calls it, and so do this broker's transaction coordinators, with no
// request at hand.
//
// Readers are woken by the appends: when this is over, the outcome can be read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "broker/shard.h"
#include "protocol/gen/error_code.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

struct MarkedPartition {
    std::string topic;
    PartitionIndex partition;
    // The outcome. NONE: the marker is committed. UNKNOWN_TOPIC_OR_PARTITION: there is none, or not
    // any more. NOT_LEADER_OR_FOLLOWER, REQUEST_TIMED_OUT, …: to be tried again.
    // INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED: somebody newer has been there.
    ErrorCode error = ErrorCode::NONE;
};

struct EndedTransaction {
    ProducerId producer_id;
    ProducerEpoch producer_epoch;
    CoordinatorEpoch coordinator_epoch;
    bool committed = false;
    // From 2 on the producer's epoch must be above the one it wrote with (KIP-1228).
    std::int16_t transaction_version = 0;
    std::vector<MarkedPartition> partitions;
};

// Fills in the outcomes. The span must outlive the wait, which may take request.timeout.ms where
// flush.messages has acks wait for the disk. `home` is the shard that it is called on.
Task<void> write_markers(Shard& home, std::span<EndedTransaction> transactions);

}  // namespace kafka::broker
