// A part of a log: batches in one file, two indexes that find them by offset and by time, and, if
// need be, an index of aborted transactions. The last segment of a log is active (appended to); the
// others are sealed. Part of a Log, on its thread.
//
// The log file is opened when it is first used. Positions are below 2^31, as in the index.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/file_system.h"
#include "storage/log_config.h"
#include "storage/offset_index.h"
#include "storage/time_index.h"
#include "storage/transaction_index.h"

namespace kafka::storage {

enum class RecoveryMode;

// What the time index counts. Unlike Kafka: not the time of a batch that compaction has emptied;
// its header keeps it, but no record has it, as ListOffsets and DumpLogSegments see it.
inline TimestampMs newest_record(const RecordBatchView& batch) {
    return batch.record_count() > 0 ? batch.max_timestamp() : kNoTimestamp;
}

class Segment {
  public:
    // `name_suffix` is what its files' names end in while compaction makes them.
    Segment(FileSystem& files, const std::string& folder, Offset base_offset,
            std::string_view name_suffix = {});

    // Makes the log file of a new segment.
    Result<Done> create(TimestampMs now);
    // Learns the size of an existing one.
    Result<Done> load();
    struct Recovered {
        Offset end;        // after the last batch
        bool cut = false;  // bytes after it were dropped
    };
    // Null when nobody has used it yet.
    const std::shared_ptr<File>& opened_log_file() const { return log_file_; }
    // Lets go of the descriptor until the log file is used again.
    void close_log_file() { log_file_.reset(); }
    // load(), and what only an active segment needs. Cuts a torn tail and rebuilds the indexes as
    // `mode` demands. Below `trusted` no checksum is verified.
    Result<Recovered> recover(RecoveryMode mode, Offset trusted, std::int32_t index_interval_bytes,
                              TimestampMs now);

    // Both indexes of a sealed segment, made anew and synced. Until they are whole their names are
    // others: a crash leaves nothing that the next start would take for an index.
    Result<Done> rebuild_indexes(Offset end, std::int32_t index_interval_bytes, TimestampMs now);
    // Do the indexes of a sealed segment reach its end? Reads their ends, and the headers that
    // follow the last entry.
    Result<bool> indexes_are_whole();

    Offset base_offset() const { return base_offset_; }
    std::uint32_t size() const { return size_; }
    Result<std::shared_ptr<File>> log_file() const;

    // Writes the whole batch with one write, and an index entry when it is time for one. After a
    // failure the file has its old size again; or truncating it failed too, see Log::broken().
    Result<Done> append(const RecordBatchView& batch, std::int32_t index_interval_bytes) {
        return append(batch.bytes(), index_interval_bytes);
    }
    // The same for several at once.
    Result<Done> append(BytesView batches, std::int32_t index_interval_bytes);
    bool is_torn() const { return torn_; }
    Result<bool> needs_roll(const RecordBatchView& batch, const LogConfig& config,
                            TimestampMs now) const;
    // Reads what an append, or the roll before it, would have to wait for: the time of the first
    // batch, and the ends of the files, as the kernel reads a page of which it writes a part.
    void look_before_append() const;
    // Writes the indexes to their ends: nothing more is appended, or only after recover().
    Result<Done> seal();
    // Cuts before the batch that contains `end`, and returns the new end.
    Result<Offset> truncate_to(Offset end, std::int32_t index_interval_bytes, TimestampMs now);

    // --- aborted transactions whose markers stand here; nothing is kept where there are none
    // The folder has an index for this segment.
    void expect_transaction_index();
    bool has_transaction_index() const { return transaction_index_ != nullptr; }
    // The first entry makes the file.
    Result<Done> append_aborted(const AbortedTransaction& transaction);
    // What a failed append_aborted() left in memory.
    Result<Done> write_transaction_index();
    // Lets go of the file that entries were appended to.
    Result<Done> seal_transaction_index();
    // What the loss of power may have damaged: replaying the log fills it again.
    Result<Done> clear_transaction_index();
    // See TransactionIndex.
    Result<bool> collect_aborted(Offset from, Offset end,
                                 std::vector<AbortedTransaction>& into) const;
    // No record that begins before `position` is at or after this offset. As exact as the index
    // is; nothing when it does not know.
    Result<std::optional<Offset>> upper_bound(std::uint32_t position) const;

    // Where the first batch stands whose last offset is at or after `offset`; size() when none is.
    Result<std::uint32_t> find(Offset offset) const;
    struct Boundary {
        std::uint32_t position = 0;
        Offset offset{-1};  // of the batch that begins there; -1 when it was not looked at
    };
    // Where the last batch ends that ends within [from, from + max_bytes]; `from`, where a batch
    // begins, when that one is already bigger.
    Result<Boundary> last_boundary(std::uint32_t from, std::uint64_t max_bytes) const;
    // Where a search for records at or after `timestamp` has to begin.
    Result<std::uint32_t> find_timestamp(TimestampMs timestamp) const;
    // Of the first batch.
    Result<std::optional<TimestampMs>> first_timestamp() const;
    // The largest timestamp, and the last offset of the first batch that has it; loads the time
    // index of a sealed segment.
    Result<TimestampAndOffset> max_timestamp() const;

    // What retention.ms and min.compaction.lag.ms count from: that timestamp, or, where no record
    // has one, the time at which the file was last written.
    Result<TimestampMs> age_counts_from() const;

    // Files that a sync has to cover: the log, and for a sealed segment its indexes.
    Result<Done> collect_files(bool sealed, std::vector<std::shared_ptr<File>>& into) const;
    std::string_view name_suffix() const { return name_suffix_; }
    // Gives the files names that end so.
    Result<Done> rename(std::string_view name_suffix);
    // Gives the files names that end in ".deleted" and adds them to `removals`.
    Result<Done> rename_deleted(std::vector<std::string>& removals);

  private:
    Result<Done> load_indexes() const;
    Result<Done> load_transaction_index() const;
    Result<Done> truncate_transaction_index(Offset end);
    Result<bool> indexes_are_sound() const;
    Result<Recovered> walk(std::uint32_t position, Offset verify_from, bool verify_last,
                           std::int32_t index_interval_bytes);
    Result<Done> refuse_old_messages(std::uint32_t file_size) const;
    void take_in(const RecordBatchView& batch, std::uint32_t position,
                 std::int32_t index_interval_bytes);
    std::string path(std::string_view suffix) const;

    FileSystem& files_;
    const std::string& folder_;  // the log's
    Offset base_offset_;
    std::string name_suffix_;
    std::uint32_t size_ = 0;
    std::uint32_t bytes_since_index_entry_ = 0;
    bool torn_ = false;
    mutable bool indexes_loaded_ = false;
    TimestampMs created_{0};
    mutable std::optional<TimestampMs> first_timestamp_;
    mutable std::shared_ptr<File> log_file_;
    mutable OffsetIndex offset_index_;
    mutable TimeIndex time_index_;
    mutable std::unique_ptr<TransactionIndex> transaction_index_;
    mutable bool transaction_index_loaded_ = false;
    TimestampAndOffset max_timestamp_;  // of an active segment; may be ahead of the index
};

}  // namespace kafka::storage
