// The reading half of Log: by offset and by time.
#include <algorithm>
#include <limits>

#include "storage/batch_cursor.h"
#include "storage/log.h"
#include "storage/segment.h"

namespace kafka::storage {
namespace {

Result<Records> slice(const Segment& segment, std::uint32_t start, std::uint32_t end) {
    auto file = segment.log_file();
    if (!file) return file.error();
    if ((*file)->fd() >= 0) {
        Records records;
        records.file = {.fd = (*file)->fd(), .position = start, .size = end - start};
        records.keep_alive = file.take();
        return records;
    }
    auto bytes = std::make_shared<Bytes>(end - start);
    auto got = (*file)->read_at(start, *bytes);
    if (!got) return got.error();
    bytes->resize(*got);
    Records records;
    records.bytes = *bytes;
    records.keep_alive = std::move(bytes);
    return records;
}

Result<Bytes> load_whole(BatchCursor& cursor) {
    Bytes whole;
    auto batch = cursor.load(whole);
    if (!batch) return batch.error();
    return whole;
}

}  // namespace

void Log::remember(const Segment& segment, Offset offset, std::uint32_t position) const {
    for (const ReadHint& hint : hints_) {
        if (hint.segment == &segment && hint.offset == offset) return;
    }
    hints_[next_hint_] = {offset, &segment, position};
    next_hint_ = (next_hint_ + 1) % hints_.size();
}

void Log::forget_hints() { hints_.fill({}); }

Result<std::uint32_t> Log::locate(const Segment& segment, Offset offset) const {
    for (const ReadHint& hint : hints_) {
        if (hint.segment == &segment && hint.offset == offset) return hint.position;
    }
    return segment.find(offset);
}

Result<LogRead> Log::read(Offset from, std::int64_t max_bytes, bool min_one_batch,
                          Offset end) const {
    if (segments_.empty()) return LogRead{};
    for (std::size_t i = segment_index(from); i < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        if (from >= end || segment.base_offset() >= end) break;
        auto start = locate(segment, from);
        if (!start) return start.error();
        if (*start == segment.size()) continue;  // compaction removed the rest of it

        auto limit = end >= end_of_segment(i) ? segment.size() : locate(segment, end);
        if (!limit) return limit.error();
        if (*limit <= *start) break;
        auto stop = end_of_read(segment, *start, *limit, max_bytes, min_one_batch);
        if (!stop) return stop.error();
        if (*stop == *start) break;
        if (*stop == segment.size() && &segment == segments_.back().get()) {
            remember(segment, log_end_offset_, *stop);
        }
        auto records = slice(segment, *start, *stop);
        if (!records) return records.error();
        return LogRead{records.take(), segment.base_offset(), *stop};
    }
    return LogRead{};
}

// The bound is as exact as Kafka's, which tells readers of the same transactions: by the index.
Result<std::vector<AbortedTransaction>> Log::aborted_in(Offset from, const LogRead& read) const {
    std::vector<AbortedTransaction> aborted;
    if (read.records.empty()) return aborted;
    const std::size_t first = segment_index(read.segment);
    auto indexed = segments_[first]->upper_bound(read.end_position);
    if (!indexed) return indexed.error();
    const Offset end = indexed->value_or(end_of_segment(first));
    for (std::size_t i = first; i < segments_.size(); ++i) {
        auto is_all = segments_[i]->collect_aborted(from, end, aborted);
        if (!is_all) return is_all.error();
        if (*is_all) break;
    }
    return aborted;
}

Result<std::uint32_t> Log::end_of_read(const Segment& segment, std::uint32_t start,
                                       std::uint32_t limit, std::int64_t max_bytes,
                                       bool min_one_batch) const {
    const auto room = static_cast<std::uint64_t>(std::max<std::int64_t>(max_bytes, 0));
    if (limit - start <= room) return limit;
    auto boundary = segment.last_boundary(start, room);
    if (!boundary) return boundary.error();
    if (boundary->position > start) {
        if (boundary->offset >= Offset{0}) remember(segment, boundary->offset, boundary->position);
        return boundary->position;
    }
    if (!min_one_batch) return start;
    auto file = segment.log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, start, limit);
    auto first = cursor.next();
    if (!first) return first.error();
    if (*first) remember(segment, (*first)->next_offset(), cursor.next_position());
    return cursor.next_position();
}

// Unlike Kafka: where compaction has removed the records that a segment's time index speaks of, the
// next segments are looked at. Kafka says that there is no such record.
Result<Bytes> Log::find_batch_at_or_after(TimestampMs timestamp, Offset from) const {
    for (std::size_t i = segments_.empty() ? 0 : segment_index(from); i < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        auto newest = segment.max_timestamp();
        if (!newest) return newest.error();
        if (newest->timestamp < timestamp) continue;
        auto by_time = segment.find_timestamp(timestamp);
        if (!by_time) return by_time.error();
        auto by_offset = segment.find(from);
        if (!by_offset) return by_offset.error();
        auto file = segment.log_file();
        if (!file) return file.error();
        BatchCursor cursor(**file, std::max(*by_time, *by_offset), segment.size());
        while (true) {
            auto header = cursor.next();
            if (!header) return header.error();
            if (!*header) break;
            if ((*header)->max_timestamp() < timestamp) continue;
            return load_whole(cursor);
        }
    }
    return Bytes();
}

Result<Bytes> Log::find_batch_with_max_timestamp() const {
    TimestampAndOffset newest;
    const Segment* holder = nullptr;
    for (const auto& segment : segments_) {
        auto newest_here = segment->max_timestamp();
        if (!newest_here) return newest_here.error();
        if (newest_here->timestamp <= newest.timestamp) continue;
        newest = *newest_here;
        holder = segment.get();
    }
    if (holder == nullptr) return Bytes();
    auto position = holder->find(newest.offset);
    if (!position) return position.error();
    auto file = holder->log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, *position, holder->size());
    auto header = cursor.next();
    if (!header) return header.error();
    if (!*header) return Bytes();
    return load_whole(cursor);
}

Result<Done> Log::visit_headers(Offset from, const BatchVisitor& visitor) const {
    return visit(from, false, visitor);
}

Result<Done> Log::visit_batches(Offset from, const BatchVisitor& visitor) const {
    return visit(from, true, visitor);
}

Result<Done> Log::visit(Offset from, bool whole_batches, const BatchVisitor& visitor) const {
    Bytes whole;
    for (std::size_t i = segments_.empty() ? 0 : segment_index(from); i < segments_.size(); ++i) {
        const Segment& segment = *segments_[i];
        auto start = segment.find(from);
        if (!start) return start.error();
        auto file = segment.log_file();
        if (!file) return file.error();
        BatchCursor cursor(**file, *start, segment.size());
        while (true) {
            auto header = cursor.next();
            if (!header) return header.error();
            if (!*header) break;
            if (!whole_batches && !(*header)->is_control()) {
                if (!visitor(**header)) return Done{};
                continue;
            }
            auto batch = cursor.load(whole);
            if (!batch) return batch.error();
            if (!visitor(*batch)) return Done{};
        }
    }
    return Done{};
}

}  // namespace kafka::storage
