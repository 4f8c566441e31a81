// Batches of the metadata log and of its snapshots, as bytes: records in data batches, and KRaft's
// own control batches around them. Pure.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "cluster/records.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"

namespace kafka::cluster {

// Where a batch stands and in whose term it was written.
struct BatchPlace {
    Offset base_offset{0};
    LeaderEpoch epoch{0};
    TimestampMs now{0};
};

// Values of records, as encode_record() gives them, in one batch.
Bytes data_batch(const std::vector<Bytes>& values, const BatchPlace& place);

// The first batch of a term: `leader` leads, alone.
Bytes leader_change_batch(BrokerId leader, const BatchPlace& place);
Bytes snapshot_header_batch(TimestampMs last_contained, const BatchPlace& place);
Bytes snapshot_footer_batch(const BatchPlace& place);

// The records of a whole batch, appended; a control batch has none. CORRUPT_MESSAGE or
// UNSUPPORTED_VERSION when it cannot be understood.
Result<Done> records_in(const RecordBatchView& batch, MetadataRecords& records);

}  // namespace kafka::cluster
