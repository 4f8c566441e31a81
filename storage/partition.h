// A partition as its replica on this broker sees it: the log, who leads it and in which epoch, how
// far it is committed, and what its producers sent last. Handlers and coordinators talk to this
// class.
//
// Belongs to one shard and lives on that thread; it has no locks, no timers and never asks for the
// time. Only FlushTicket::sync() and the file behind a ReadResult may be used on other threads.
// Calls may block on the disk for a page that is not cached, but never for a sync.
//
//     log start offset <= last stable offset <= high watermark <= log end offset
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/uuid.h"
#include "protocol/error.h"
#include "protocol/records.h"
#include "storage/batch_validator.h"
#include "storage/cached_reads.h"
#include "storage/file_system.h"
#include "storage/leader_epoch_cache.h"
#include "storage/log.h"
#include "storage/log_config.h"
#include "storage/offset_lookup.h"
#include "storage/partition_observer.h"
#include "storage/producer_snapshots.h"
#include "storage/producer_state.h"
#include "storage/topic_partition.h"
#include "storage/traffic.h"
#include "storage/transaction_index.h"

namespace kafka::storage {

struct AppendRequest {
    std::int16_t produce_version = 13;
    AppendContext context;  // origin, and what a transactional batch must show
    // Postpone what takes long to validate, or would have to wait for the disk.
    bool bounded = false;
};

struct AppendResult {
    ErrorCode error = ErrorCode::NONE;
    std::optional<std::string> error_message;
    std::vector<RecordError> record_errors;

    Offset base_offset{-1};
    Offset last_offset{-1};  // acks=all is done when the high watermark passes this
    TimestampMs log_append_time = kNoTimestamp;  // none for CreateTime, but a duplicate's own
    Offset log_start_offset{-1};
    // Nothing has happened: fetch what is missing and validate by rules_for() elsewhere, then
    // append_validated().
    bool postponed = false;
    std::vector<MissingPages> missing;
    bool duplicate = false;  // a retry of a batch that is in the log already: the offsets are its

    bool ok() const { return error == ErrorCode::NONE && !postponed; }
};

// How far a reader may see.
enum class ReadLimit { LogEnd, HighWatermark, LastStable };

struct ReadResult {
    Records records;  // whole batches; the first one contains the offset asked for, or follows it
    Offset high_watermark;
    Offset last_stable_offset;
    Offset log_start_offset;
    // For ReadLimit::LastStable: whose records the reader has to drop, by their markers.
    std::vector<AbortedTransaction> aborted_transactions;
};

enum class FlushReach { LogEnd, SealedSegments };

// What has to be synced so that everything below `end` survives the loss of power. Made on the
// shard; sync() may run on any thread, while appends go on.
struct FlushTicket {
    Offset end{0};
    std::uint64_t cuts = 0;  // Log::cuts() when it was made
    std::vector<std::shared_ptr<File>> unsynced;
    FileSystem* files = nullptr;
    std::vector<std::string> folders_to_sync;  // where names have changed since the last flush
    std::optional<Error> failed;               // a file could not even be opened; sync() says so

    Result<Done> sync() const;
};

// What the checkpoint files of the log directory remember of a partition.
struct PartitionCheckpoint {
    TopicPartition partition;
    Uuid topic_id{};
    Offset recovery_point{0};
    Offset log_start_offset{0};
    Offset high_watermark{0};
    Offset log_end_offset{0};
    Offset first_dirty_offset{-1};

    bool operator==(const PartitionCheckpoint&) const = default;
};

struct CompactionNeed;
struct CompactionTask;

// Hears that a partition went offline because of its disk: others on the same disk are to follow.
class DiskFailures {
  public:
    virtual ~DiskFailures() = default;
    virtual void disk_failed() = 0;
};

class Partition {
  public:
    struct OpenOptions {
        LogConfig config;
        Offset recovery_point{0};
        Offset log_start_offset{0};
        Offset high_watermark{0};
        Offset first_dirty_offset{-1};
        RecoveryMode recovery = RecoveryMode::Clean;
        bool folder_is_new = false;  // and not yet sure to survive the loss of power
        TimestampMs now{0};
        std::int64_t producer_id_expiration_ms = 86'400'000;
        DiskFailures* disk = nullptr;  // outlives the partition
    };

    // `folder` exists. A folder without segments is an empty log. Use LogDirectory::open_partition.
    static Result<std::unique_ptr<Partition>> open(FileSystem& files, std::string folder,
                                                   TopicPartition name, Uuid topic_id,
                                                   const OpenOptions& options);
    Partition(const Partition&) = delete;
    Partition& operator=(const Partition&) = delete;
    ~Partition();

    const TopicPartition& name() const { return name_; }
    const Uuid& topic_id() const { return topic_id_; }
    const std::string& folder() const { return log_->folder(); }

    // --- leadership

    // Takes the lead in `epoch`, alone in the in-sync replicas: all of the log is committed.
    void become_leader(LeaderEpoch epoch);
    void become_follower(LeaderEpoch epoch);
    bool is_leader() const { return is_leader_; }
    LeaderEpoch leader_epoch() const { return leader_epoch_; }
    // FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH or NONE; -1 stands for a client that does not say.
    ErrorCode check_leader_epoch(LeaderEpoch current_leader_epoch) const;
    // That, then KAFKA_STORAGE_ERROR when offline, then NOT_LEADER_OR_FOLLOWER.
    ErrorCode check_leader(LeaderEpoch current_leader_epoch) const;

    // --- writing

    // Checks one produced batch, numbers it, and writes it in one write. `batch` is patched in
    // place.
    AppendResult append_as_leader(MutableBytes batch, const AppendRequest& request,
                                  TimestampMs now);
    // The same in two steps: the first, validate_batch(), may run on any thread. The rules view the
    // partition's name.
    BatchRules rules_for(const AppendRequest& request) const;
    AppendResult append_validated(BatchValidation validation, MutableBytes batch,
                                  const AppendRequest& request, TimestampMs now);
    // Before the first batch of a transaction is appended (KIP-890); see ProducerState.
    Result<VerificationGuard> start_verification(const RecordBatchView& batch,
                                                 bool supports_epoch_bump, TimestampMs now);
    // The same for what a coordinator of this broker writes, which has no sequence.
    Result<VerificationGuard> start_verification(ProducerId id, ProducerEpoch epoch,
                                                 TimestampMs now);
    // Takes the leader's batches as they are; they start at the log end offset.
    Result<Done> append_as_follower(BytesView batches, TimestampMs now);
    // A follower learns the leader's high watermark; never beyond the log end offset.
    void set_high_watermark(Offset high_watermark);
    // Drops what lies at or after `offset`, which was not committed. Three steps, so that the loss
    // of power in between leaves no file that is trusted and should not be: begin_truncation()
    // lowers the recovery point; the caller has the checkpoints written, then calls truncate_to(),
    // and flushes before anything is appended.
    void begin_truncation(Offset offset);
    Result<Done> truncate_to(Offset offset, TimestampMs now);

    // --- reading

    // Whole batches from the one that contains `from`, at most `max_bytes` of them; with
    // `min_one_batch` the first comes whatever its size (KIP-74). OFFSET_OUT_OF_RANGE outside of
    // [log start offset, log end offset]; empty between `limit` and the log end.
    Result<ReadResult> read(Offset from, std::int64_t max_bytes, bool min_one_batch,
                            ReadLimit limit) const;
    // The same batches in memory, for those who read their own log.
    Result<Bytes> read_bytes(Offset from, std::int64_t max_bytes, ReadLimit limit) const;
    // ListOffsets: a special timestamp, or the first record at or after a time.
    Result<FoundOffset> find_offset(TimestampMs timestamp, ReadLimit limit) const;
    // The same step by step, for those who may neither wait for the disk nor unpack: a lookup that
    // is not over is scanned elsewhere, and what was found comes back to finish_lookup().
    Result<OffsetLookup> begin_lookup(TimestampMs timestamp, ReadLimit limit, Offset from) const;
    FoundOffset finish_lookup(const FoundOffset& found, ReadLimit limit) const;
    // OffsetForLeaderEpoch, once check_leader_epoch() has passed.
    EpochEnd end_of_epoch(LeaderEpoch requested) const;
    Offset log_start_offset() const { return log_->log_start_offset(); }
    Offset log_end_offset() const { return log_->log_end_offset(); }
    Offset high_watermark() const { return high_watermark_; }
    Offset last_stable_offset() const;
    std::uint64_t size_in_bytes() const { return log_->size_in_bytes(); }

    // --- removing
    // DeleteRecords: the log starts at `before` (-1: the high watermark), and the answer is where
    // it now starts. OFFSET_OUT_OF_RANGE beyond the high watermark.
    Result<Offset> delete_records(Offset before);
    // Drops the segments that retention.ms, retention.bytes and the log start offset no longer
    // keep.
    Result<Done> apply_retention(TimestampMs now);
    // The same in two steps, for those who may not wait for the disk: how many of the oldest those
    // are, as far as can be told (an error where it cannot be told of the first) and as far as
    // `most`, and their end.
    static constexpr std::size_t kAllSegments = ~std::size_t{0};
    Result<std::size_t> count_expired(TimestampMs now, std::size_t most = kAllSegments) const;
    Result<Done> drop_expired(std::size_t segments, TimestampMs now);
    // Paths of dropped segments, renamed to ".deleted"; removing them may block, so the caller does
    // it on another thread.
    std::vector<std::string> take_removals() { return log_->take_removals(); }

    // --- compaction (partition_compaction.cc); the work is done by compact(), on another thread
    Result<CompactionNeed> compaction_need(TimestampMs now) const;
    Result<CompactionTask> begin_compaction(TimestampMs now);
    std::uint64_t cuts() const { return log_->cuts(); }
    // See Log. Staging and swapping fail with NONE, too, once the policy is not to compact any
    // more. The partition goes offline where the disk leaves it neither here nor there.
    Result<Done> stage_compacted(const CompactedRange& range);
    Result<Done> swap_compacted();
    Result<Done> name_compacted();
    void abandon_compacted();
    void finish_compaction(Offset first_dirty);

    // --- flushing
    // flush.messages is reached: what lies above the high watermark waits for a flush. One flush
    // runs at a time; appends during it are covered by the next.
    bool flush_needed() const;
    bool flush_in_flight() const { return flush_in_flight_; }
    // flush.ms is over for the oldest record that is not flushed.
    bool flush_is_due(TimestampMs now) const;
    // A segment was rolled and is not synced. Kafka syncs it then, whatever flush.messages says, so
    // that a start after the loss of power has little more than the active segment to scan.
    bool has_unsynced_segments() const { return log_->has_unsynced_segments(); }
    FlushTicket begin_flush(FlushReach reach = FlushReach::LogEnd);
    // Moves the recovery point and the high watermark, or takes the partition offline.
    void finish_flush(const FlushTicket& ticket, const Result<Done>& result);

    // --- configuration, observers, state
    const LogConfig& config() const { return config_; }
    void set_config(const LogConfig& config);
    // Hears of every change until the observer is destroyed or unwatches.
    void watch(PartitionObserver& observer) { observers_.add(observer); }
    const ProducerState& producers() const { return producers_; }
    // What is counted here and what is not: see there.
    Traffic& traffic() { return traffic_; }
    void expire_producers(TimestampMs now, std::int64_t producer_id_expiration_ms);

    // The disk failed: every call answers KAFKA_STORAGE_ERROR, as Kafka does with an offline
    // directory.
    bool is_offline() const { return offline_; }
    void take_offline();
    PartitionCheckpoint checkpoint() const;
    // Writes what is only in memory (index tails, producer state), so that the next start scans
    // nothing. Does not sync: LogDirectory::close() does, once for all. Nothing may be appended
    // after.
    Result<Done> close();
    // The topic is deleted or the partition moves away: observers are told, nothing is written.
    void abandon();

  private:
    Partition(TopicPartition name, Uuid topic_id, const OpenOptions& options,
              std::unique_ptr<Log> log);

    Result<Done> restore_epochs(RecoveryMode recovery);
    Result<Done> restore_oldest_epochs();
    Result<Done> learn_epochs(LeaderEpochCache& epochs, Offset from, Offset end) const;
    // Replays what follows the newest snapshot at or below `newest_snapshot`.
    Result<Done> restore_producers(bool trust_running_snapshot, Offset newest_snapshot,
                                   TimestampMs now);
    Result<Done> forget_compacted_transactions();
    AppendResult append_valid(MutableRecordBatch batch, const AppendRequest& request,
                              TimestampMs now);
    std::vector<MissingPages> missing_to_append(TimestampMs now);
    Result<Done> write(const RecordBatchView& batch, TimestampMs now);
    Result<Done> roll(TimestampMs now);
    Result<Done> write_epochs();
    Result<Done> write_running_snapshot();
    Result<Done> learn(const RecordBatchView& batch);
    void on_log_start_moved(Offset before);
    void advance_high_watermark();
    Offset limit_offset(ReadLimit limit) const;
    Error offline_error() const;
    Result<Done> offline_if_failed(Result<Done> result);
    Offset first_dirty_offset() const;
    Result<Done> may_take_in() const;

    TopicPartition name_;
    std::string name_text_;
    Uuid topic_id_;
    LogConfig config_;
    std::unique_ptr<Log> log_;
    LeaderEpochCache epochs_;
    ProducerState producers_;
    ProducerSnapshots snapshots_;
    std::int64_t producer_id_expiration_ms_;
    PartitionObservers observers_;

    DiskFailures* disk_;
    LeaderEpoch leader_epoch_{-1};
    bool is_leader_ = false;
    bool offline_ = false;
    bool flush_in_flight_ = false;
    bool epochs_unwritten_ = false;
    bool epochs_unsynced_;
    bool folder_is_new_;
    Offset high_watermark_{0};
    Offset compacted_to_{-1};
    std::int32_t batches_since_snapshot_ = 0;
    std::optional<Offset> truncation_;  // begun, and not yet done
    TimestampMs oldest_unflushed_ = kNoTimestamp;
    TimestampMs last_append_ = kNoTimestamp;  // of this run
    Traffic traffic_;
};

}  // namespace kafka::storage
