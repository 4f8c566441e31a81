// What a partition must hold, told from what it acknowledged: the judge of the simulation. Knows no
// files, and of the storage code only ProducerState, with which it replays every batch from the
// first.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/partition.h"
#include "storage/producer_state.h"

namespace kafka::storage {

inline Error violation(std::string what) {
    return {ErrorCode::UNKNOWN_SERVER_ERROR, std::move(what)};
}

class LogModel {
  public:
    struct Batch {
        Bytes bytes;  // as they were written
        RecordBatchView view() const { return RecordBatchView(bytes); }
    };

    // Every acknowledged batch since the first, also those that were deleted since.
    const std::vector<Batch>& batches() const { return batches_; }
    const ProducerState& producers() const { return producers_; }
    // In the order of their markers.
    const std::vector<CompletedTransaction>& aborted() const { return aborted_; }
    const std::vector<CompletedTransaction>& completed() const { return completed_; }
    Offset end() const { return end_; }
    // Below it nothing may be missing after the loss of power.
    Offset flushed() const { return flushed_; }
    // Where the log starts, as far as the partition said so.
    Offset start() const { return start_; }

    void append(Bytes batch);
    void flush(Offset end) { flushed_ = std::max(flushed_, end); }
    void flush_all() { flushed_ = end_; }
    // The checkpoint files say that the log starts there.
    void save_start(Offset start) { saved_start_ = std::max(saved_start_, start); }
    void start_at(Offset start);

    // Something is about to happen of which a crash may leave anything between nothing and all.
    void may_start_at(Offset start) { highest_start_ = std::max(highest_start_, start); }
    void may_end_at(Offset end) { lowest_end_ = std::min(lowest_end_, end); }
    // It happened: the log now ends with the batches before `end`.
    void truncate(Offset end);

    enum class Crash { Process, Machine };
    // Holds what was found after a crash against what may be left, and takes it as what is.
    Result<Done> accept(const Partition& partition, Crash crash);

    // A crash came in the middle of a truncation.
    bool truncation_interrupted() const { return lowest_end_ < end_; }

    // The batches that reach to `from` or beyond it, end to end.
    Bytes bytes_from(Offset from) const;

  private:
    void cut(Offset end);
    void replay(const RecordBatchView& batch);

    std::vector<Batch> batches_;
    ProducerState producers_;
    std::vector<CompletedTransaction> completed_;
    std::vector<CompletedTransaction> aborted_;
    Offset end_{0};
    Offset lowest_end_{0};
    Offset flushed_{0};
    Offset start_{0};
    Offset highest_start_{0};
    Offset saved_start_{0};
};

}  // namespace kafka::storage
