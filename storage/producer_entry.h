// One producer's state in one partition: its epoch and its last batches. There may be very many of
// these, so one that has written a single batch carries no room for more.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/record_batch.h"

namespace kafka::storage {

// A batch that a producer has appended.
struct AppendedBatch {
    Offset last_offset{-1};
    TimestampMs timestamp = kNoTimestamp;
    Sequence last_sequence = kNoSequence;
    std::int32_t offset_delta = 0;  // last offset minus first

    Offset first_offset() const { return {wrapping_subtract(last_offset.value, offset_delta)}; }
    Sequence first_sequence() const { return sequence_minus(last_sequence, offset_delta); }
    bool operator==(const AppendedBatch&) const = default;
};

class ProducerEntry {
  public:
    // As many as a client may have in flight.
    static constexpr std::size_t kBatchesKept = 5;

    ProducerEpoch epoch = kNoProducerEpoch;
    CoordinatorEpoch coordinator_epoch{-1};
    TimestampMs last_timestamp = kNoTimestamp;
    Offset transaction_first_offset{-1};  // of the open transaction; -1 when there is none

    bool has_open_transaction() const { return transaction_first_offset.value >= 0; }
    bool has_batches() const { return batch_count_ > 0; }
    // kNoSequence and -1 when there are no batches.
    Sequence last_sequence() const { return newest_.last_sequence; }
    Offset last_offset() const { return newest_.last_offset; }
    std::int32_t last_offset_delta() const { return newest_.offset_delta; }

    // The kept batch with exactly these sequences.
    std::optional<AppendedBatch> find(Sequence first, Sequence last) const;
    void add(const AppendedBatch& batch);
    // A new epoch starts with no batches.
    void set_epoch(ProducerEpoch new_epoch);
    // Oldest first.
    std::vector<AppendedBatch> batches() const;

  private:
    using Older = std::array<AppendedBatch, kBatchesKept - 1>;

    const AppendedBatch& kept(std::size_t age) const;

    AppendedBatch newest_;
    std::unique_ptr<Older> older_;  // a ring; made with the second batch
    std::uint8_t batch_count_ = 0;  // newest included
    std::uint8_t next_older_ = 0;   // where in the ring the next one goes
};

}  // namespace kafka::storage
