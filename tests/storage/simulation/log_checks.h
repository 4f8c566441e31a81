// Holds an open partition and its files against the model: every record once, in order, unchanged;
// indexes that tell the truth; producers, epochs and times as the batches have them. For a log that
// is compacted see compacted_checks.h.
#pragma once

#include <span>
#include <string>

#include "storage/file_system.h"
#include "storage/partition.h"
#include "tests/storage/simulation/log_model.h"

namespace kafka::storage {

// All of the below; the error says what is wrong.
Result<Done> check_partition(FileSystem& files, const Partition& partition, const LogModel& model,
                             TimestampMs wanted_time);

// The batches from `from` on, end to end, up to the log end.
Result<Bytes> read_in_small_steps(const Partition& partition, Offset from);

Result<Done> check_records(const Partition& partition, const LogModel& model);
Result<Done> check_indexes(FileSystem& files, const std::string& folder);
Result<Done> check_producers(const Partition& partition, const LogModel& model);
Result<Done> check_last_stable(const Partition& partition, const LogModel& model);
// Readers of committed records are told of every aborted transaction that reaches into what they
// read, and of none that there was not.
Result<Done> check_aborted(const Partition& partition, const LogModel& model);
Result<Done> check_epochs(const Partition& partition, const LogModel& model);
// Of what `batches` hold from `start` on.
Result<Done> check_times(const Partition& partition, std::span<const LogModel::Batch> batches,
                         Offset start, TimestampMs wanted_time);

}  // namespace kafka::storage
