// Control batches: the markers that end a transaction in a partition (KIP-98). Their one record has
// a key of version and type; the value of a marker tells which coordinator wrote it.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/record_batch.h"

namespace kafka {

enum class ControlRecordType : std::int16_t {
    Abort = 0,
    Commit = 1,
    // KRaft's own, in the metadata log.
    LeaderChange = 2,
    SnapshotHeader = 3,
    SnapshotFooter = 4,
    KRaftVersion = 5,
    KRaftVoters = 6,
};

struct TransactionMarker {
    ControlRecordType type = ControlRecordType::Abort;
    CoordinatorEpoch coordinator_epoch;

    bool operator==(const TransactionMarker&) const = default;
};

// The type in a control record's key; nothing when the key is too short or the type unknown.
std::optional<ControlRecordType> control_record_type(BytesView key);

// The key of a control record of this type.
Bytes control_record_key(ControlRecordType type);

// The marker in a whole control batch; nothing when the batch holds no transaction marker.
std::optional<TransactionMarker> transaction_marker_in(const RecordBatchView& batch);

// A whole batch with one marker.
Bytes make_transaction_marker(const TransactionMarker& marker, ProducerId producer_id,
                              ProducerEpoch producer_epoch, LeaderEpoch leader_epoch,
                              TimestampMs timestamp);

}  // namespace kafka
