#include "tests/storage/simulation/log_model.h"

#include <fmt/format.h>

#include <algorithm>

namespace kafka::storage {
void LogModel::replay(const RecordBatchView& batch) {
    const auto completed = producers_.apply(batch);
    if (!completed) return;
    producers_.complete(*completed);
    completed_.push_back(*completed);
    if (completed->aborted) aborted_.push_back(*completed);
}

void LogModel::append(Bytes batch) {
    batches_.push_back({std::move(batch)});
    replay(batches_.back().view());
    end_ = lowest_end_ = batches_.back().view().next_offset();
}

void LogModel::start_at(Offset start) {
    start_ = start;
    highest_start_ = start;
}

void LogModel::truncate(Offset end) {
    cut(end);
    flushed_ = std::min(flushed_, end_);
}

// Keeps the batches before `end`, and the producer state that they make.
void LogModel::cut(Offset end) {
    if (end == end_) return;
    while (!batches_.empty() && batches_.back().view().last_offset() >= end) batches_.pop_back();
    end_ = lowest_end_ = end;
    producers_ = ProducerState();
    completed_.clear();
    aborted_.clear();
    for (const Batch& batch : batches_) replay(batch.view());
}

Result<Done> LogModel::accept(const Partition& partition, Crash crash) {
    const Offset start = partition.log_start_offset();
    const Offset end = partition.log_end_offset();
    const Offset least = crash == Crash::Machine ? std::min(flushed_, lowest_end_) : lowest_end_;
    // A log whose end was lost goes on where it starts: no offset is given twice.
    const bool restarted = end == start && end <= highest_start_ && end >= least;
    if ((end < least || end > end_) && !restarted) {
        return violation(fmt::format("the log ends at {}, not within [{}, {}]", end.value,
                                     least.value, end_.value));
    }
    // Of what was never flushed the loss of power may also take the beginning.
    const bool beginning_lost = crash == Crash::Machine && flushed_ <= start_;
    if (start < std::min(saved_start_, end) || (start > highest_start_ && !beginning_lost)) {
        return violation(fmt::format("the log starts at {}, not within [{}, {}]", start.value,
                                     saved_start_.value, highest_start_.value));
    }
    cut(end);
    start_at(start);
    flushed_ = std::min(flushed_, end_);
    return Done{};
}

Bytes LogModel::bytes_from(Offset from) const {
    Bytes all;
    for (const Batch& batch : batches_) {
        if (batch.view().last_offset() < from) continue;
        all.insert(all.end(), batch.bytes.begin(), batch.bytes.end());
    }
    return all;
}

}  // namespace kafka::storage
