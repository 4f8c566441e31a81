// A partition's log on disk: batches in offset order, cut into segments. It numbers nothing and
// judges nothing; Partition decides what is appended, and owns it, on the partition's shard.
//
// Every append is one write at the end of the active segment. Segments, their files and descriptors
// are made when they are first needed, so an empty or idle log holds almost nothing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "protocol/records.h"
#include "storage/file_system.h"
#include "storage/log_config.h"
#include "storage/record_scan.h"

namespace kafka::storage {

class Segment;
struct AbortedTransaction;
struct CompactionNeed;
struct SourceSegment;

// What the last run left behind, and so how much of a log must be looked at when it is opened.
enum class RecoveryMode {
    Clean,          // it closed every log: only the last batches' headers, to learn the end
    ProcessKilled,  // the kernel lived on, so all completed writes are whole: the tail of the index
    MachineFailed,  // what was not synced may be anything: everything from the recovery point on
};

struct LogRead {
    Records records;
    // Where they stand.
    Offset segment{-1};
    std::uint32_t end_position = 0;
};

// The segments from `base` up to `end`, which one that compaction made takes the place of.
struct CompactedRange {
    Offset base;
    Offset end;
    std::uint64_t cuts = 0;  // Log::cuts() when they were read
};

class Log {
  public:
    struct OpenOptions {
        Offset recovery_point{0};
        Offset log_start_offset{0};
        Offset first_dirty_offset{0};  // below it compaction may have left gaps
        RecoveryMode recovery = RecoveryMode::Clean;
        std::int32_t index_interval_bytes = 4096;
        TimestampMs now{0};
    };

    // Reads `folder`, finishes what a crash interrupted, cuts a torn tail and rebuilds indexes.
    static Result<std::unique_ptr<Log>> open(FileSystem& files, std::string folder,
                                             const OpenOptions& options);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    const std::string& folder() const { return folder_; }
    Offset log_start_offset() const { return log_start_offset_; }
    Offset log_end_offset() const { return log_end_offset_; }
    // Everything below survives the loss of power.
    Offset recovery_point() const { return recovery_point_; }
    std::uint64_t size_in_bytes() const;
    std::size_t segment_count() const { return segments_.size(); }
    // How often what it held was cut off: until then, sealed segments do not change.
    std::uint64_t cuts() const { return cuts_; }

    // --- writing

    // Does this batch belong into a new segment? By size, time, full index or offset range.
    Result<bool> needs_roll(const RecordBatchView& batch, const LogConfig& config,
                            TimestampMs now) const;
    // See Segment.
    void look_before_append() const;
    // Seals the active segment; the next one starts at the log end offset.
    Result<Done> roll(TimestampMs now);
    // `batch` is whole and starts at or after the log end offset. After an error the log is as it
    // was before; `broken()` says when not even that could be achieved.
    Result<Done> append(const RecordBatchView& batch, TimestampMs now);
    // Notes an aborted transaction whose marker is in the log; nothing happens when it is noted
    // already. After a failure nothing may be appended until write_transaction_index() succeeds.
    Result<Done> append_aborted(const AbortedTransaction& transaction);
    Result<Done> write_transaction_index();
    bool begins_segment(Offset offset) const;
    // Where the segment that holds `offset` begins.
    Offset segment_of(Offset offset) const;
    bool broken() const { return broken_; }
    void set_index_interval(std::int32_t bytes) { index_interval_bytes_ = bytes; }

    // Removes the batches that reach to or beyond `end`, whole ones. The loss of power may bring
    // them back until the log is flushed.
    Result<Done> truncate_to(Offset end, TimestampMs now);
    // Empties the log; the next batch gets `start`.
    Result<Done> restart_at(Offset start, TimestampMs now);
    // Moves the log start and drops the segments that lie wholly below it.
    Result<Done> advance_log_start(Offset start);
    // How many of the oldest segments `config` no longer keeps, as far as `limit` (exclusive), and
    // as far as can be told: an error where it cannot be told of the first. Counts to `most`.
    Result<std::size_t> count_expired(const LogConfig& config, Offset limit, TimestampMs now,
                                      std::size_t most) const;
    // Drops them.
    Result<Done> drop_expired(std::size_t count, TimestampMs now);
    // Paths of dropped files, renamed to ".deleted". Removing them may block.
    std::vector<std::string> take_removals();

    // --- compaction (log_compaction.cc)

    // Of what is at or above `first_dirty` and below `stable_end`.
    Result<CompactionNeed> compaction_need(Offset first_dirty, Offset stable_end,
                                           const LogConfig& config, TimestampMs now) const;
    // The sealed segments that compaction may look at now, and the base offsets of the others.
    struct CompactionSources {
        std::vector<SourceSegment> sources;
        std::vector<Offset> later_segments;
        std::vector<std::shared_ptr<File>> unsynced_later;  // of these, where not synced
    };
    Result<CompactionSources> compaction_sources(Offset first_dirty, Offset stable_end,
                                                 const LogConfig& config, TimestampMs now) const;
    // A segment of compaction's stands ready, its names ending in ".cleaned". Three steps put it
    // in its place; the folder is to be synced after each, and nothing else to be staged meanwhile.
    // Staging fails with NONE when the segments of the range are not what they were.
    Result<Done> stage_compacted(const CompactedRange& range);
    Result<Done> swap_compacted();
    Result<Done> name_compacted();
    // Gives up what was staged. False when it has been swapped in already.
    Result<bool> cancel_compacted();

    // --- reading

    // Whole batches from the one containing `from` (or the next), none of which reaches beyond
    // `end`; see Partition::read.
    Result<LogRead> read(Offset from, std::int64_t max_bytes, bool min_one_batch, Offset end) const;
    // The aborted transactions that reach into what was read from `from` on, and perhaps a few
    // that begin after it; by their markers.
    Result<std::vector<AbortedTransaction>> aborted_in(Offset from, const LogRead& read) const;
    // The first batch that reaches to or beyond `from` and has a record with a time at or after
    // `timestamp`, whole; empty when there is none.
    Result<Bytes> find_batch_at_or_after(TimestampMs timestamp, Offset from) const;
    // The first batch that has the log's largest time.
    Result<Bytes> find_batch_with_max_timestamp() const;
    // Visits the batches from the one that contains `from` on, until the visitor returns false:
    // their headers only (61 bytes), but control batches whole; or all of them whole.
    using BatchVisitor = std::function<bool(const RecordBatchView& batch)>;
    Result<Done> visit_headers(Offset from, const BatchVisitor& visitor) const;
    Result<Done> visit_batches(Offset from, const BatchVisitor& visitor) const;

    // --- syncing

    // The files that hold what lies above the recovery point, or were cut since they were synced;
    // without or with the active segment's.
    Result<std::vector<std::shared_ptr<File>>> sealed_unsynced_files() const;
    Result<std::vector<std::shared_ptr<File>>> take_unsynced_files();
    bool has_unsynced_segments() const;
    // True once after files were created or renamed in the folder.
    void note_folder_changed() { folder_changed_ = true; }
    bool take_folder_changed() { return std::exchange(folder_changed_, false); }
    void set_recovery_point(Offset offset);
    // What a cut at `end` would touch is above it from now on.
    void lower_recovery_point(Offset end);
    // Writes what the indexes still hold in memory. Nothing may be appended after.
    Result<Done> close();

    FileSystem& files() const { return files_; }
    // Snapshots of producer state that were found when the log was opened; ascending.
    const std::vector<Offset>& snapshots_found() const { return snapshots_found_; }

  private:
    struct ReadHint {
        Offset offset{-1};
        const Segment* segment = nullptr;
        std::uint32_t position = 0;
    };

    Log(FileSystem& files, std::string folder, const OpenOptions& options);

    Result<Done> load(const OpenOptions& options);
    Result<Done> recover_segments(std::size_t first, const OpenOptions& options);
    Result<Done> load_sealed(std::size_t index, bool has_indexes, const OpenOptions& options);
    Result<Done> keep_cut();
    Result<Done> add_segment(Offset base_offset, TimestampMs now);
    Result<Offset> uncleanable_from(Offset first_dirty, Offset stable_end, const LogConfig& config,
                                    TimestampMs now) const;
    std::size_t count_below_start() const;
    bool is_staged(std::size_t index) const;
    Result<Done> drop_segments(std::size_t first, std::size_t end);
    Result<Done> visit(Offset from, bool whole_batches, const BatchVisitor& visitor) const;
    std::size_t segment_index(Offset offset) const;
    std::size_t first_unsynced_segment() const;
    Offset end_of_segment(std::size_t index) const;
    Result<std::uint32_t> locate(const Segment& segment, Offset offset) const;
    Result<std::uint32_t> end_of_read(const Segment& segment, std::uint32_t start,
                                      std::uint32_t limit, std::int64_t max_bytes,
                                      bool min_one_batch) const;
    void remember(const Segment& segment, Offset offset, std::uint32_t position) const;
    void forget_hints();

    FileSystem& files_;
    std::string folder_;
    Offset log_start_offset_;
    Offset log_end_offset_{0};
    Offset recovery_point_;
    std::int32_t index_interval_bytes_;
    bool folder_changed_ = false;
    bool broken_ = false;
    std::uint64_t cuts_ = 0;
    bool cut_ = false;  // the active segment was, or may have been, since it was synced
    std::vector<std::unique_ptr<Segment>> segments_;  // by base offset; the last one is active
    std::vector<std::string> removals_;
    std::vector<Offset> snapshots_found_;
    std::optional<CompactedRange> staged_;
    bool staged_is_swapped_ = false;
    // Where recent reads ended, so that a reader who goes on needs no index.
    mutable std::array<ReadHint, 4> hints_;
    mutable std::size_t next_hint_ = 0;
};

}  // namespace kafka::storage
