// How a segment that may have been appended to when the last run ended becomes sound again.
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "storage/batch_cursor.h"
#include "storage/file_names.h"
#include "storage/log.h"
#include "storage/old_message.h"
#include "storage/segment.h"

namespace kafka::storage {
namespace {
constexpr Offset kVerifyNone{std::numeric_limits<std::int64_t>::max()};
}

Result<Segment::Recovered> Segment::recover(RecoveryMode mode, Offset trusted,
                                            std::int32_t index_interval_bytes, TimestampMs now) {
    created_ = now;
    if (auto done = load(); !done) return done.error();
    if (auto done = load_indexes(); !done) return done.error();
    bool cut = false;
    if (mode != RecoveryMode::MachineFailed) {
        auto sound = indexes_are_sound();
        if (!sound) return sound.error();
        if (*sound) {
            auto entry = offset_index_.last();
            if (!entry) return entry.error();
            const std::uint32_t start = *entry ? (*entry)->position : 0;
            const bool verify_last = mode == RecoveryMode::ProcessKilled;
            max_timestamp_ = time_index_.last();
            auto walked = walk(start, kVerifyNone, verify_last, index_interval_bytes);
            // Unless what was cut had been indexed, this is all.
            if (!walked || max_timestamp_.offset < walked->end) return walked;
            cut = walked->cut;
        }
    }
    if (auto done = offset_index_.clear(); !done) return done.error();
    if (auto done = time_index_.clear(); !done) return done.error();
    max_timestamp_ = {};
    auto walked = walk(0, trusted, false, index_interval_bytes);
    if (walked) walked->cut |= cut;
    return walked;
}

Result<Done> Segment::rebuild_indexes(Offset end, std::int32_t index_interval_bytes,
                                      TimestampMs now) {
    const std::pair<std::string_view, EntryFile*> indexes[] = {
        {kOffsetIndexSuffix, &offset_index_.entries()}, {kTimeIndexSuffix, &time_index_.entries()}};
    for (const auto& [suffix, entries] : indexes) {
        if (files_.exists(path(suffix))) {
            if (auto done = files_.remove(path(suffix)); !done) return done;
        }
        entries->renamed_to(path(suffix) + std::string(kTemporarySuffix));
    }
    indexes_loaded_ = false;
    auto recovered = recover(RecoveryMode::MachineFailed, end, index_interval_bytes, now);
    if (!recovered) return recovered.error();
    if (auto done = seal(); !done) return done;
    for (const auto& [suffix, entries] : indexes) {
        auto file = entries->file();
        if (!file) return file.error();
        if (auto done = (*file)->sync(); !done) return done;
        const std::string temporary = path(suffix) + std::string(kTemporarySuffix);
        if (auto done = files_.rename(temporary, path(suffix)); !done) return done;
        entries->renamed_to(path(suffix));
    }
    return Done{};
}

Result<bool> Segment::indexes_are_whole() {
    if (auto done = load(); !done) return done.error();
    if (auto done = load_indexes(); !done) return done.error();
    auto sound = indexes_are_sound();
    if (!sound || !*sound) return sound;
    auto entry = offset_index_.last();
    if (!entry) return entry.error();
    auto file = log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, *entry ? (*entry)->position : 0, size_);
    while (true) {
        auto header = cursor.next();
        if (!header) return header.error();
        if (!*header) return true;
        if (newest_record(**header) > time_index_.last().timestamp) return false;
    }
}

Result<Offset> Segment::truncate_to(Offset end, std::int32_t index_interval_bytes,
                                    TimestampMs now) {
    auto position = find(end);
    if (!position) return position.error();
    auto file = log_file();
    if (!file) return file.error();
    if (auto done = (*file)->truncate(*position); !done) return done.error();
    if (*position == 0) first_timestamp_.reset();
    // From the batch's own first offset on: it goes as a whole.
    if (auto done = offset_index_.truncate_to(end); !done) return done.error();
    if (auto done = time_index_.truncate_to(end); !done) return done.error();
    if (auto done = truncate_transaction_index(end); !done) return done.error();
    auto recovered = recover(RecoveryMode::Clean, end, index_interval_bytes, now);
    if (!recovered) return recovered.error();
    return recovered->end;
}

// Do the ends of the indexes fit the log? Not when Kafka was killed here, which reserves room for
// an index ahead, nor when the disk lost a part of them.
Result<bool> Segment::indexes_are_sound() const {
    const std::size_t times = time_index_.count();
    if (times >= 2) {
        auto before = time_index_.at(times - 2);
        if (!before) return before.error();
        if (before->timestamp >= time_index_.last().timestamp) return false;
    }
    auto entry = offset_index_.last();
    if (!entry) return entry.error();
    if (!*entry) return true;
    const std::uint32_t position = (*entry)->position;
    // No entry ever names the first batch, so a zero is room that was never used.
    if (position == 0 || position >= size_) return false;
    auto file = log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, position, size_);
    auto header = cursor.next();
    if (!header) return header.error();
    return *header && (*header)->last_offset() == (*entry)->last_offset;
}

// Takes in the batches from `position` on, verifying the checksum of those that reach
// `verify_from`, or of the last one alone, and cuts the file after the last good one. When the walk
// begins at an indexed batch, that batch's entry is there already.
Result<Segment::Recovered> Segment::walk(std::uint32_t position, Offset verify_from,
                                         bool verify_last, std::int32_t index_interval_bytes) {
    auto file = log_file();
    if (!file) return file.error();
    const std::uint32_t file_size = size_;
    BatchCursor cursor(**file, position, file_size);
    size_ = position;
    bytes_since_index_entry_ = 0;
    Offset end = base_offset_;
    Bytes whole;
    while (true) {
        auto header = cursor.next();
        if (!header) return header.error();
        if (!*header || (*header)->base_offset() < end) break;
        const bool is_last = verify_last && cursor.at_end();
        if (is_last || (*header)->last_offset() >= verify_from) {
            auto batch = cursor.load(whole);
            if (!batch) return batch.error();
            if (!batch->crc_matches()) break;
        }
        end = (*header)->next_offset();
        take_in(**header, cursor.position(), index_interval_bytes);
    }
    if (auto done = refuse_old_messages(file_size); !done) return done.error();
    // A truncation may have been interrupted before it came to this one.
    if (auto done = truncate_transaction_index(end); !done) return done.error();
    if (size_ == file_size) return Recovered{end};
    if (auto done = (*file)->truncate(size_); !done) return done.error();
    if (auto done = offset_index_.truncate_to(end); !done) return done.error();
    if (auto done = time_index_.truncate_to(end); !done) return done.error();
    return Recovered{end, true};
}

// What Kafka could still serve is not for us to cut off.
Result<Done> Segment::refuse_old_messages(std::uint32_t file_size) const {
    auto file = log_file();
    if (!file) return file.error();
    auto found = finds_old_message(**file, size_, file_size);
    if (!found) return found.error();
    if (!*found) return Done{};
    return Error{ErrorCode::KAFKA_STORAGE_ERROR,
                 path(kLogSuffix) +
                     " has messages of a format from before Kafka 0.11, which is "
                     "not served here; it is left as it is"};
}

}  // namespace kafka::storage
