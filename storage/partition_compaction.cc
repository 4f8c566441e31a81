// Compaction as the partition sees it: what may be compacted, and what has to be kept of producers.
#include <algorithm>

#include "storage/compaction/compaction_plan.h"
#include "storage/partition.h"

namespace kafka::storage {

// What a checkpoint names may have been deleted since.
Offset Partition::first_dirty_offset() const { return std::max(compacted_to_, log_start_offset()); }

Result<CompactionNeed> Partition::compaction_need(TimestampMs now) const {
    if (offline_) return offline_error();
    return log_->compaction_need(first_dirty_offset(), last_stable_offset(), config_, now);
}

Result<CompactionTask> Partition::begin_compaction(TimestampMs now) {
    if (offline_) return offline_error();
    // Whoever compacts asks the files who was aborted; the last time one was written it may have
    // failed.
    if (auto done = log_->write_transaction_index(); !done) return done.error();
    auto found = log_->compaction_sources(first_dirty_offset(), last_stable_offset(), config_, now);
    if (!found) return found.error();
    CompactionTask task;
    task.partition = name_text_;
    task.folder = folder();
    task.cuts = log_->cuts();
    task.config = config_;
    task.first_dirty_offset = first_dirty_offset();
    task.sources = std::move(found->sources);
    task.later_segments = std::move(found->later_segments);
    task.unsynced_later = std::move(found->unsynced_later);
    task.end = task.sources.empty() ? task.first_dirty_offset : task.sources.back().end;
    for (const auto& [id, producer] : producers_.producers()) {
        // What it wrote above `end` is not touched, and everything below is older.
        if (producer.last_offset() >= task.end) continue;
        task.producers[id] = {.epoch = producer.epoch, .last_offset = producer.last_offset()};
    }
    return task;
}

Result<Done> Partition::may_take_in() const {
    if (offline_) return offline_error();
    if (!config_.cleanup_compact) return Error{ErrorCode::NONE, "cleanup.policy has changed"};
    return Done{};
}

Result<Done> Partition::stage_compacted(const CompactedRange& range) {
    if (auto done = may_take_in(); !done) return done;
    return log_->stage_compacted(range);
}

Result<Done> Partition::swap_compacted() {
    if (auto done = may_take_in(); !done) return done;
    return log_->swap_compacted();
}

Result<Done> Partition::name_compacted() {
    if (offline_) return offline_error();
    return log_->name_compacted();
}

void Partition::abandon_compacted() {
    const auto cancelled = log_->cancel_compacted();
    if (!cancelled || !*cancelled) take_offline();
}

void Partition::finish_compaction(Offset first_dirty) {
    // No segment begins there any more. One that stays longer than it needs to does no harm.
    (void)snapshots_.drop_unless([this](Offset at) { return log_->begins_segment(at); }).ok();
    compacted_to_ = std::min(first_dirty, log_end_offset());
}

}  // namespace kafka::storage
