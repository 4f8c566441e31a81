// The log of one coordinator partition: writes its records as batches, and reads them again when it
// is loaded. Belongs to the partition's shard; the partition outlives it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/log_record.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "protocol/record_batch_control.h"
#include "storage/cached_reads.h"
#include "storage/partition.h"

namespace kafka::coordinator {

// What a log tells the one who loads it, in order.
class LogVisitor {
  public:
    virtual ~LogVisitor() = default;
    virtual void record(BytesView key, std::optional<BytesView> value, Offset at,
                        const std::optional<Producer>& producer) = 0;
    virtual void transaction_ended(ProducerId producer, bool committed) = 0;
};

class CoordinatorLog {
  public:
    explicit CoordinatorLog(storage::Partition& partition) : partition_(partition) {}

    // Writes all records, as one batch unless they are too many for one; the offset of the first.
    Result<Offset> append(std::span<const LogRecord> records,
                          const std::optional<Producer>& producer, TimestampMs now);
    // Writes the marker that ends a producer's transaction.
    Result<Done> append_marker(const TransactionMarker& marker, const Producer& producer,
                               std::int16_t transaction_version, TimestampMs now);

    Offset end() const { return partition_.log_end_offset(); }
    // Everything below is committed.
    Offset committed_end() const { return partition_.high_watermark(); }
    storage::Partition& partition() const { return partition_; }

    // --- loading
    void rewind() { load_from_ = Offset{-1}; }
    // Visits about so many bytes more; true when the end has been reached. CORRUPT_MESSAGE for a
    // batch that cannot be read. With `missing`, which is empty, it does not wait for the disk:
    // what it would have to wait for, and some that follows, is put there, and nothing visited.
    Result<bool> load_some(LogVisitor& visitor, std::int64_t bytes,
                           std::vector<storage::MissingPages>* missing);

  private:
    Result<Bytes> read_some(std::int64_t bytes, std::vector<storage::MissingPages>* missing) const;
    Result<Offset> append_batch(std::span<const LogRecord> records,
                                const std::optional<Producer>& producer, TimestampMs now);
    Result<Offset> write(MutableBytes batch, std::int16_t transaction_version, TimestampMs now);

    storage::Partition& partition_;
    Offset load_from_{-1};
};

// What clients are told when a coordinator could not write: a code that makes them try again here,
// or look for another coordinator.
ErrorCode coordinator_error(ErrorCode append_error);

}  // namespace kafka::coordinator
