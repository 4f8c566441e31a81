#include "storage/log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "storage/segment.h"

namespace kafka::storage {

Log::Log(FileSystem& files, std::string folder, const OpenOptions& options)
    : files_(files),
      folder_(std::move(folder)),
      log_start_offset_(options.log_start_offset),
      log_end_offset_(options.log_start_offset),
      recovery_point_(options.recovery_point),
      index_interval_bytes_(options.index_interval_bytes) {}

Log::~Log() = default;

std::uint64_t Log::size_in_bytes() const {
    std::uint64_t size = 0;
    for (const auto& segment : segments_) size += segment->size();
    return size;
}

bool Log::begins_segment(Offset offset) const {
    return std::ranges::binary_search(segments_, offset, {}, &Segment::base_offset);
}

Offset Log::segment_of(Offset offset) const {
    return segments_.empty() ? log_end_offset_ : segments_[segment_index(offset)]->base_offset();
}

// The segment that holds `offset`, or the first one when the log starts after it.
std::size_t Log::segment_index(Offset offset) const {
    const auto after = std::ranges::upper_bound(segments_, offset, {}, &Segment::base_offset);
    const auto index = std::distance(segments_.begin(), after);
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(index - 1, 0));
}

Offset Log::end_of_segment(std::size_t index) const {
    return index + 1 < segments_.size() ? segments_[index + 1]->base_offset() : log_end_offset_;
}

Result<Done> Log::add_segment(Offset base_offset, TimestampMs now) {
    auto segment = std::make_unique<Segment>(files_, folder_, base_offset);
    if (auto done = segment->create(now); !done) return done;
    segments_.push_back(std::move(segment));
    folder_changed_ = true;
    return Done{};
}

Result<bool> Log::needs_roll(const RecordBatchView& batch, const LogConfig& config,
                             TimestampMs now) const {
    if (segments_.empty()) return false;
    return segments_.back()->needs_roll(batch, config, now);
}

void Log::look_before_append() const {
    if (!segments_.empty()) segments_.back()->look_before_append();
}

Result<Done> Log::roll(TimestampMs now) {
    if (!segments_.empty()) {
        if (segments_.back()->size() == 0 && segments_.back()->base_offset() == log_end_offset_) {
            return Done{};
        }
        if (auto done = segments_.back()->seal(); !done) return done;
    }
    return add_segment(log_end_offset_, now);
}

Result<Done> Log::append(const RecordBatchView& batch, TimestampMs now) {
    CHECK(batch.base_offset() >= log_end_offset_, "an append below the log end offset");
    if (segments_.empty()) {
        if (auto done = add_segment(log_end_offset_, now); !done) return done;
    }
    Segment& active = *segments_.back();
    if (auto done = active.append(batch, index_interval_bytes_); !done) {
        broken_ = active.is_torn();
        return done;
    }
    log_end_offset_ = batch.next_offset();
    return Done{};
}

Result<Done> Log::append_aborted(const AbortedTransaction& transaction) {
    const std::size_t index = segment_index(transaction.last_offset);
    Segment& segment = *segments_[index];
    folder_changed_ |= !segment.has_transaction_index();
    if (auto done = segment.append_aborted(transaction); !done) return done;
    const bool sealed = index + 1 < segments_.size();
    return sealed ? segment.seal_transaction_index() : Done{};
}

Result<Done> Log::write_transaction_index() {
    return segments_.empty() ? Done{} : segments_.back()->write_transaction_index();
}

Result<Done> Log::truncate_to(Offset end, TimestampMs now) {
    if (end >= log_end_offset_) return Done{};
    ++cuts_;
    if (auto cancelled = cancel_compacted(); !cancelled) return cancelled.error();
    if (segments_.empty() || end <= segments_.front()->base_offset()) return restart_at(end, now);
    forget_hints();
    // The segment that starts at `end` goes as well, as its file may be empty.
    const std::size_t keep = segment_index(end.previous()) + 1;
    if (auto done = drop_segments(keep, segments_.size()); !done) return done;
    cut_ = true;
    auto new_end = segments_.back()->truncate_to(end, index_interval_bytes_, now);
    if (!new_end) return new_end.error();
    log_end_offset_ = *new_end;
    recovery_point_ = std::min(recovery_point_, log_end_offset_);
    log_start_offset_ = std::min(log_start_offset_, log_end_offset_);
    return Done{};
}

Result<Done> Log::restart_at(Offset start, TimestampMs now) {
    ++cuts_;
    if (auto cancelled = cancel_compacted(); !cancelled) return cancelled.error();
    if (auto done = drop_segments(0, segments_.size()); !done) return done;
    log_start_offset_ = log_end_offset_ = recovery_point_ = start;
    return add_segment(start, now);
}

Result<Done> Log::advance_log_start(Offset start) {
    log_start_offset_ = std::max(log_start_offset_, start);
    return drop_segments(0, count_below_start());
}

std::size_t Log::count_below_start() const {
    std::size_t below = 0;
    while (below + 1 < segments_.size() && end_of_segment(below) <= log_start_offset_ &&
           !is_staged(below)) {
        ++below;
    }
    return below;
}

// What is left is a log without a gap only when [first, end) is a beginning or an end of it.
Result<Done> Log::drop_segments(std::size_t first, std::size_t end) {
    if (first == end) return Done{};
    forget_hints();
    const auto from = segments_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto to = segments_.begin() + static_cast<std::ptrdiff_t>(end);
    folder_changed_ = true;
    // A crash half way must not leave a gap either: an end is taken away from behind.
    const bool is_end = to == segments_.end();
    for (std::size_t i = first; i < end; ++i) {
        Segment& segment = *segments_[is_end ? end - 1 - (i - first) : i];
        if (auto done = segment.rename_deleted(removals_); !done) return done;
    }
    segments_.erase(from, to);
    return Done{};
}

Result<std::size_t> Log::count_expired(const LogConfig& config, Offset limit, TimestampMs now,
                                       std::size_t most) const {
    std::size_t count = count_below_start();
    if (!config.cleanup_delete || count >= most) return std::min(count, most);
    std::int64_t left = -1;  // of what is too much
    if (config.retention_bytes >= 0) {
        left = -config.retention_bytes;
        for (std::size_t i = count; i < segments_.size(); ++i) left += segments_[i]->size();
    }
    most = std::min(most, segments_.size());
    for (; count < most && end_of_segment(count) <= limit && !is_staged(count); ++count) {
        const Segment& segment = *segments_[count];
        if (segment.size() == 0 && count + 1 == segments_.size()) break;
        bool expired = false;
        if (config.retention_ms >= 0) {
            auto from = segment.age_counts_from();
            if (!from && count == 0) return from.error();
            if (!from) break;
            expired = now - *from > config.retention_ms;
        }
        left -= segment.size();
        if (!expired && left < 0) break;
    }
    return count;
}

Result<Done> Log::drop_expired(std::size_t count, TimestampMs now) {
    CHECK(count <= segments_.size(), "segments that are not there cannot have expired");
    if (count == 0) return Done{};
    // The name of an empty segment keeps the log end offset. On a full disk there may be no room
    // for it before the others are gone: then the active one stays until the next look.
    if (count == segments_.size() && !roll(now)) --count;
    if (count == 0) return Done{};
    return advance_log_start(segments_[count]->base_offset());
}

std::vector<std::string> Log::take_removals() { return std::exchange(removals_, {}); }

Result<std::vector<std::shared_ptr<File>>> Log::take_unsynced_files() {
    const bool was_cut = std::exchange(cut_, false);
    if (segments_.empty() || (recovery_point_ >= log_end_offset_ && !was_cut)) {
        return std::vector<std::shared_ptr<File>>();
    }
    auto unsynced = sealed_unsynced_files();
    if (!unsynced) return unsynced;
    auto done = segments_.back()->collect_files(false, *unsynced);
    if (!done) return done.error();
    return unsynced;
}

Result<std::vector<std::shared_ptr<File>>> Log::sealed_unsynced_files() const {
    std::vector<std::shared_ptr<File>> unsynced;
    for (std::size_t i = first_unsynced_segment(); i + 1 < segments_.size(); ++i) {
        if (auto done = segments_[i]->collect_files(true, unsynced); !done) return done.error();
    }
    return unsynced;
}

bool Log::has_unsynced_segments() const {
    return segments_.size() > 1 && recovery_point_ < segments_.back()->base_offset();
}

// A segment that ends at the recovery point may have been sealed since: then its indexes are not
// synced yet.
std::size_t Log::first_unsynced_segment() const {
    return segment_index(recovery_point_.previous());
}

void Log::set_recovery_point(Offset offset) {
    recovery_point_ = std::max(recovery_point_, std::min(offset, log_end_offset_));
}

// The indexes of the segment that is cut are cut as well, and none of this is synced.
void Log::lower_recovery_point(Offset end) {
    recovery_point_ = std::min({recovery_point_, end, segment_of(end.previous())});
}

Result<Done> Log::close() { return segments_.empty() ? Done{} : segments_.back()->seal(); }

}  // namespace kafka::storage
