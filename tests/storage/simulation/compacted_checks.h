// Holds a partition whose log is compacted against the model, and against when compaction ran:
//
//     every record that is there was appended, unchanged, at its offset, once
//     a record that is gone was aborted, or has a later one of its key that was committed and is
//     there, or gone for the same reasons; or it is a tombstone that readers had the time to see,
//     and of its key nothing is left
//     above what compaction has touched nothing is gone, and no byte has changed
//     a marker is there as long as any batch of its transaction is
//     the last batch of a producer is there, if only its header
//     what is taken for clean has each key once, and nothing that was due to go
//     who reads committed records sees those alone, and all of them
//
// A loss of power may take what was not flushed, but not what compaction relied on: otherwise a
// record would be gone and the one that took its place as well.
#pragma once

#include <vector>

#include "storage/file_system.h"
#include "storage/partition.h"
#include "tests/storage/simulation/compaction_history.h"
#include "tests/storage/simulation/log_model.h"

namespace kafka::storage {

// All of the above, and what check_partition() looks at beside the records.
Result<Done> check_compacted_partition(FileSystem& files, const Partition& partition,
                                       const LogModel& model, const CompactionHistory& history,
                                       TimestampMs wanted_time);

// `left`: the batches that are there from the log start on.
using LeftBatches = std::vector<LogModel::Batch>;
Result<Done> check_compacted_records(const Partition& partition, const LeftBatches& left,
                                     const LogModel& model, const CompactionHistory& history);
Result<Done> check_visible(const Partition& partition, const LeftBatches& left,
                           const LogModel& model);
Result<Done> check_compacted_producers(const Partition& partition, const LogModel& model,
                                       const CompactionHistory& history);
Result<Done> check_compacted_epochs(const Partition& partition, const LeftBatches& left,
                                    const LogModel& model);

// The transaction that a batch is part of, if it has ended.
const CompletedTransaction* transaction_of(const LogModel& model, const RecordBatchView& batch);

}  // namespace kafka::storage
