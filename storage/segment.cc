#include "storage/segment.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "storage/batch_cursor.h"
#include "storage/file_names.h"

namespace kafka::storage {
namespace {

Error corrupt(const std::string& folder, Offset base_offset, std::uint32_t position) {
    return {ErrorCode::CORRUPT_MESSAGE, "no record batch at position " + std::to_string(position) +
                                            " of " + file_path(folder, base_offset, kLogSuffix)};
}

// The same for the same segment, so that a restart does not roll anew; spread over the segments.
std::int64_t jitter_ms(const std::string& folder, Offset base_offset, const LogConfig& config) {
    const std::int64_t most = std::min(config.segment_jitter_ms, config.roll_ms());
    if (most <= 0) return 0;
    const std::size_t hash = std::hash<std::string>{}(file_path(folder, base_offset, ""));
    return static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(most));
}

}  // namespace

Segment::Segment(FileSystem& files, const std::string& folder, Offset base_offset,
                 std::string_view name_suffix)
    : files_(files),
      folder_(folder),
      base_offset_(base_offset),
      name_suffix_(name_suffix),
      offset_index_(files, path(kOffsetIndexSuffix), base_offset),
      time_index_(files, path(kTimeIndexSuffix), base_offset) {}

std::string Segment::path(std::string_view suffix) const {
    return file_path(folder_, base_offset_, suffix) + name_suffix_;
}

Result<Done> Segment::create(TimestampMs now) {
    auto file = files_.open(path(kLogSuffix), OpenMode::Create);
    if (!file) return file.error();
    log_file_ = file.take();
    indexes_loaded_ = true;
    created_ = now;
    return Done{};
}

Result<Done> Segment::load() {
    auto file = log_file();
    if (!file) return file.error();
    auto size = (*file)->size();
    if (!size) return size.error();
    if (*size > std::numeric_limits<std::int32_t>::max()) {
        return Error{ErrorCode::KAFKA_STORAGE_ERROR,
                     "a segment of 2 GiB or more: " + path(kLogSuffix)};
    }
    size_ = static_cast<std::uint32_t>(*size);
    return Done{};
}

Result<std::shared_ptr<File>> Segment::log_file() const {
    if (!log_file_) {
        auto file = files_.open(path(kLogSuffix), OpenMode::ReadWrite);
        if (!file) return file.error();
        log_file_ = file.take();
    }
    return log_file_;
}

Result<Done> Segment::append(BytesView batches, std::int32_t index_interval_bytes) {
    auto file = log_file();
    if (!file) return file.error();
    if (auto done = (*file)->write_at(size_, batches); !done) {
        // A part may have been written. It must be gone before anything else is appended.
        torn_ = !(*file)->truncate(size_).ok();
        return done;
    }
    RecordBatchReader reader(batches);
    while (const auto batch = reader.next()) take_in(*batch, size_, index_interval_bytes);
    CHECK(reader.at_end(), "whole batches are appended");
    return Done{};
}

// Accounts for a batch that stands at `position`. The rule for entries is Kafka's: one is due when
// more than the interval was appended since the last, and names the batch that comes then.
void Segment::take_in(const RecordBatchView& batch, std::uint32_t position,
                      std::int32_t index_interval_bytes) {
    const auto batch_bytes = static_cast<std::uint32_t>(batch.size_in_bytes());
    if (newest_record(batch) > max_timestamp_.timestamp) {
        max_timestamp_ = {batch.max_timestamp(), batch.last_offset()};
    }
    if (position == 0) first_timestamp_ = batch.max_timestamp();
    if (bytes_since_index_entry_ > static_cast<std::uint32_t>(index_interval_bytes)) {
        offset_index_.append({batch.last_offset(), position});
        time_index_.append(max_timestamp_);
        bytes_since_index_entry_ = 0;
        if (offset_index_.entries().wants_write()) {
            // Time first: an offset entry promises that the times before it are indexed. Failing is
            // harmless, the entries stay in memory and the next write takes them along.
            if (time_index_.entries().write()) (void)offset_index_.entries().write().ok();
        }
    }
    bytes_since_index_entry_ += batch_bytes;
    size_ = position + batch_bytes;
}

Result<bool> Segment::needs_roll(const RecordBatchView& batch, const LogConfig& config,
                                 TimestampMs now) const {
    const std::int64_t relative_last = batch.last_offset() - base_offset_;
    if (relative_last > std::numeric_limits<std::int32_t>::max()) return true;
    if (size_ == 0) return false;
    const auto bytes = static_cast<std::int64_t>(batch.size_in_bytes());
    if (size_ > config.segment_bytes - bytes) return true;
    const auto most = static_cast<std::size_t>(config.segment_index_bytes);
    if (offset_index_.count() >= most / OffsetIndex::kEntryBytes) return true;
    if (time_index_.count() + 1 >= most / TimeIndex::kEntryBytes) return true;

    auto first = first_timestamp();
    if (!first) return first.error();
    const bool has_time = *first && first->value() >= TimestampMs{0};
    const std::int64_t waited = has_time ? batch.max_timestamp() - first->value() : now - created_;
    return waited > config.roll_ms() - jitter_ms(folder_, base_offset_, config);
}

Result<std::optional<TimestampMs>> Segment::first_timestamp() const {
    if (!first_timestamp_ && size_ > 0) {
        auto file = log_file();
        if (!file) return file.error();
        BatchCursor cursor(**file, 0, size_);
        auto header = cursor.next();
        if (!header) return header.error();
        if (*header) first_timestamp_ = (*header)->max_timestamp();
    }
    return first_timestamp_;
}

// What fails, or is missing, is noted elsewhere; all of it is to be looked at.
void Segment::look_before_append() const {
    if (size_ == 0) return;
    (void)first_timestamp().ok();
    std::uint8_t last_byte;
    if (auto file = log_file()) (void)(*file)->read_at(size_ - 1, {&last_byte, 1}).ok();
    (void)offset_index_.entries().read_end().ok();
    (void)time_index_.entries().read_end().ok();
}

Result<Done> Segment::seal() {
    if (auto done = load_indexes(); !done) return done;
    time_index_.append(max_timestamp_);
    if (auto done = time_index_.entries().seal(); !done) return done;
    if (auto done = offset_index_.entries().seal(); !done) return done;
    return seal_transaction_index();
}

Result<Done> Segment::load_indexes() const {
    if (indexes_loaded_) return Done{};
    if (auto done = offset_index_.load(); !done) return done;
    if (auto done = time_index_.load(); !done) return done;
    indexes_loaded_ = true;
    return Done{};
}

Result<std::uint32_t> Segment::find(Offset offset) const {
    if (offset <= base_offset_) return std::uint32_t{0};
    if (auto done = load_indexes(); !done) return done.error();
    auto entry = offset_index_.floor(offset);
    if (!entry) return entry.error();
    auto file = log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, *entry ? (*entry)->position : 0, size_);
    while (true) {
        auto header = cursor.next();
        if (!header) return header.error();
        if (!*header && cursor.at_end()) return size_;
        if (!*header) return corrupt(folder_, base_offset_, cursor.next_position());
        if ((*header)->last_offset() >= offset) return cursor.position();
    }
}

Result<Segment::Boundary> Segment::last_boundary(std::uint32_t from,
                                                 std::uint64_t max_bytes) const {
    if (size_ - from <= max_bytes) return Boundary{size_};
    const std::uint32_t limit = from + static_cast<std::uint32_t>(max_bytes);
    if (auto done = load_indexes(); !done) return done.error();
    auto entry = offset_index_.floor_position(limit);
    if (!entry) return entry.error();
    auto file = log_file();
    if (!file) return file.error();
    BatchCursor cursor(**file, *entry ? std::max(from, (*entry)->position) : from, size_);
    while (true) {
        auto header = cursor.next();
        if (!header) return header.error();
        if (!*header) return Boundary{cursor.next_position()};
        if (cursor.next_position() > limit) {
            return Boundary{cursor.position(), (*header)->base_offset()};
        }
    }
}

Result<std::uint32_t> Segment::find_timestamp(TimestampMs timestamp) const {
    if (auto done = load_indexes(); !done) return done.error();
    auto entry = time_index_.floor(timestamp);
    if (!entry) return entry.error();
    if (!*entry) return std::uint32_t{0};
    auto position = offset_index_.floor((*entry)->offset);
    if (!position) return position.error();
    return *position ? (*position)->position : std::uint32_t{0};
}

Result<TimestampAndOffset> Segment::max_timestamp() const {
    if (auto done = load_indexes(); !done) return done.error();
    return std::max(max_timestamp_, time_index_.last(),
                    [](const auto& a, const auto& b) { return a.timestamp < b.timestamp; });
}

Result<TimestampMs> Segment::age_counts_from() const {
    auto newest = max_timestamp();
    if (!newest) return newest.error();
    if (newest->timestamp >= TimestampMs{0}) return newest->timestamp;
    return files_.modified_at(path(kLogSuffix));
}

Result<Done> Segment::collect_files(bool sealed, std::vector<std::shared_ptr<File>>& into) const {
    auto log = log_file();
    if (!log) return log.error();
    into.push_back(log.take());
    if (!sealed) return Done{};
    for (const EntryFile* entries : {&offset_index_.entries(), &time_index_.entries()}) {
        auto file = entries->file();
        if (!file) return file.error();
        into.push_back(file.take());
    }
    if (!transaction_index_) return Done{};
    auto file = transaction_index_->entries().file();
    if (!file) return file.error();
    into.push_back(file.take());
    return Done{};
}

Result<Done> Segment::rename(std::string_view name_suffix) {
    for (const std::string_view suffix : kSegmentSuffixes) {
        const std::string from = path(suffix);
        const std::string to = file_path(folder_, base_offset_, suffix) + std::string(name_suffix);
        if (!files_.exists(from)) continue;
        if (auto done = files_.rename(from, to); !done) return done;
    }
    name_suffix_ = name_suffix;
    offset_index_.entries().renamed_to(path(kOffsetIndexSuffix));
    time_index_.entries().renamed_to(path(kTimeIndexSuffix));
    if (transaction_index_) {
        transaction_index_->entries().renamed_to(path(kTransactionIndexSuffix));
    }
    return Done{};
}

Result<Done> Segment::rename_deleted(std::vector<std::string>& removals) {
    // The log goes first: indexes without a log are removed at the next start.
    for (const std::string_view suffix : kSegmentSuffixes) {
        const std::string name = path(suffix);
        if (!files_.exists(name)) continue;
        std::string deleted = name + std::string(kDeletedSuffix);
        if (auto done = files_.rename(name, deleted); !done) return done;
        removals.push_back(std::move(deleted));
    }
    return Done{};
}

}  // namespace kafka::storage
