// Writes a record batch: coordinators' records, transaction markers, tests. Keeps the records in
// one buffer and compresses them when built. Lives on one thread; one use.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "protocol/record.h"
#include "protocol/record_batch.h"

namespace kafka {

struct RecordToAppend {
    TimestampMs timestamp = kNoTimestamp;
    std::optional<BytesView> key;
    std::optional<BytesView> value;
    std::vector<HeaderView> headers;
};

struct BatchOptions {
    Offset base_offset{0};
    LeaderEpoch partition_leader_epoch = kNoLeaderEpoch;
    Compression compression{};
    TimestampType timestamp_type = TimestampType::CreateTime;
    ProducerId producer_id = kNoProducerId;
    ProducerEpoch producer_epoch = kNoProducerEpoch;
    Sequence base_sequence = kNoSequence;
    bool transactional = false;
    bool control = false;
    bool delete_horizon = false;  // the base timestamp is one: see RecordBatchView
};

class RecordBatchBuilder {
  public:
    explicit RecordBatchBuilder(BatchOptions options);

    // Appends at the next offset.
    void append(const RecordToAppend& record);
    // Appends with an offset of its own (compaction leaves gaps); deltas must grow.
    void append_at(std::int32_t offset_delta, const RecordToAppend& record);

    std::int32_t record_count() const { return record_count_; }
    // Of the batch if it were built now without compression.
    std::size_t size_in_bytes() const { return batch_layout::kHeaderBytes + records_.size(); }

    Bytes build();

  private:
    BatchOptions options_;
    Bytes records_;
    std::int32_t record_count_ = 0;
    std::int32_t last_offset_delta_ = -1;
    TimestampMs base_timestamp_ = kNoTimestamp;
    TimestampMs max_timestamp_ = kNoTimestamp;
};

// Puts the header before records that are ready in their final form, in `batch` at
// [kHeaderBytes, end): the one place where a header is written.
struct BatchSummary {
    std::int32_t record_count = 0;
    std::int32_t last_offset_delta = 0;
    TimestampMs base_timestamp = kNoTimestamp;
    TimestampMs max_timestamp = kNoTimestamp;
};
void write_batch_header(Bytes& batch, const BatchOptions& options, const BatchSummary& summary);

}  // namespace kafka
