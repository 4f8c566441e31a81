// Compaction as the log sees it: what there is to do, and how a segment that was written beside the
// live ones takes their place.
//
//     staged    …42.log.cleaned → …42.log.swap       the old ones still are the log
//     swapped   the old ones → ….deleted             the new one is, under its ".swap" names
//     named     …42.log.swap → …42.log
//
// Each step is on the disk before the next. So wherever a crash comes, the next start finds either
// a ".cleaned" name, and removes the new segment, or only ".swap" names, and finishes the work.
#include <algorithm>
#include <utility>

#include "storage/compaction/compaction_plan.h"
#include "storage/file_names.h"
#include "storage/log.h"
#include "storage/segment.h"

namespace kafka::storage {

// The base offset of the first segment that must not be compacted: that is active, is not wholly
// decided, or younger than min.compaction.lag.ms.
Result<Offset> Log::uncleanable_from(Offset first_dirty, Offset stable_end, const LogConfig& config,
                                     TimestampMs now) const {
    if (segments_.empty()) return log_end_offset_;
    const std::size_t active = segments_.size() - 1;
    std::size_t end = std::min(active, segment_index(stable_end));
    if (config.min_compaction_lag_ms > 0) {
        for (std::size_t i = segment_index(first_dirty); i < end; ++i) {
            auto from = segments_[i]->age_counts_from();
            if (!from) return from.error();
            if (now - *from < config.min_compaction_lag_ms) end = i;
        }
    }
    return segments_[end]->base_offset();
}

Result<CompactionNeed> Log::compaction_need(Offset first_dirty, Offset stable_end,
                                            const LogConfig& config, TimestampMs now) const {
    CompactionNeed need;
    auto end = uncleanable_from(first_dirty, stable_end, config, now);
    if (!end) return end.error();
    const bool ages = config.max_compaction_lag_ms != LogConfig::kNever;
    for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        if (segment.base_offset() < first_dirty) need.clean_bytes += segment.size();
        if (end_of_segment(i) <= first_dirty) continue;
        if (segment.base_offset() < *end) need.cleanable_bytes += segment.size();
        if (!ages || need.is_overdue) continue;
        auto first = segment.first_timestamp();
        if (!first) return first.error();
        need.is_overdue = *first && first->value() > TimestampMs{0} &&
                          now - first->value() > config.max_compaction_lag_ms;
    }
    return need;
}

Result<Log::CompactionSources> Log::compaction_sources(Offset first_dirty, Offset stable_end,
                                                       const LogConfig& config,
                                                       TimestampMs now) const {
    CompactionSources found;
    auto end = uncleanable_from(first_dirty, stable_end, config, now);
    if (!end) return end.error();
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        const bool is_synced = end_of_segment(i) <= recovery_point_;
        if (segment.base_offset() >= *end) {
            found.later_segments.push_back(segment.base_offset());
            if (is_synced) continue;
            auto file = segment.log_file();
            if (!file) return file.error();
            found.unsynced_later.push_back(file.take());
            continue;
        }
        SourceSegment source;
        source.base_offset = segment.base_offset();
        source.end = end_of_segment(i);
        source.size = segment.size();
        source.file = segment.opened_log_file();
        source.is_synced = is_synced;
        found.sources.push_back(std::move(source));
    }
    return found;
}

bool Log::is_staged(std::size_t index) const {
    if (!staged_ || staged_is_swapped_) return false;
    const Offset base = segments_[index]->base_offset();
    return base >= staged_->base && base < staged_->end;
}

Result<Done> Log::stage_compacted(const CompactedRange& range) {
    CHECK(!staged_, "one compacted segment is put in its place at a time");
    const bool is_there = begins_segment(range.base) && begins_segment(range.end);
    if (!is_there || cuts_ != range.cuts) return Error{ErrorCode::NONE, "the segments changed"};
    staged_ = range;
    staged_is_swapped_ = false;
    folder_changed_ = true;
    return Segment(files_, folder_, range.base, kCleanedSuffix).rename(kSwapSuffix);
}

Result<Done> Log::swap_compacted() {
    if (!staged_) return Error{ErrorCode::NONE, "the segments changed"};
    auto compacted = std::make_unique<Segment>(files_, folder_, staged_->base, kSwapSuffix);
    if (auto done = compacted->load(); !done) return done;
    const std::string transactions = file_path(folder_, staged_->base, kTransactionIndexSuffix);
    if (files_.exists(transactions + std::string(kSwapSuffix))) {
        compacted->expect_transaction_index();
    }
    forget_hints();
    folder_changed_ = true;
    staged_is_swapped_ = true;
    const auto from = std::ranges::lower_bound(segments_, staged_->base, {}, &Segment::base_offset);
    const auto to = std::ranges::lower_bound(segments_, staged_->end, {}, &Segment::base_offset);
    for (auto segment = from; segment != to; ++segment) {
        if (auto done = (*segment)->rename_deleted(removals_); !done) return done;
    }
    *from = std::move(compacted);
    segments_.erase(from + 1, to);
    return Done{};
}

Result<Done> Log::name_compacted() {
    if (!staged_) return Done{};
    const Offset base = std::exchange(staged_, std::nullopt)->base;
    folder_changed_ = true;
    for (const auto& segment : segments_) {
        if (segment->base_offset() != base || segment->name_suffix().empty()) continue;
        return segment->rename({});
    }
    return Done{};  // it was dropped meanwhile
}

// By way of the old name: what the next start would make of half of the ".swap" names is not this.
Result<bool> Log::cancel_compacted() {
    if (!staged_) return true;
    if (staged_is_swapped_) return false;
    const Offset base = staged_->base;
    folder_changed_ = true;
    auto done = Segment(files_, folder_, base, kSwapSuffix).rename(kCleanedSuffix);
    if (!done) return done.error();
    staged_.reset();
    return true;
}

}  // namespace kafka::storage
