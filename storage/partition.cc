#include "storage/partition.h"

#include <algorithm>
#include <utility>

#include "storage/file_names.h"

namespace kafka::storage {

Partition::Partition(TopicPartition name, Uuid topic_id, const OpenOptions& options,
                     std::unique_ptr<Log> log)
    : name_(std::move(name)),
      name_text_(name_.to_string()),
      topic_id_(topic_id),
      config_(options.config),
      log_(std::move(log)),
      snapshots_(log_->files(), log_->folder(), log_->snapshots_found(), log_->recovery_point()),
      producer_id_expiration_ms_(options.producer_id_expiration_ms),
      disk_(options.disk),
      // What a killed run has written no sync may have covered, names no more than bytes.
      epochs_unsynced_(options.recovery != RecoveryMode::Clean),
      folder_is_new_(options.folder_is_new || options.recovery != RecoveryMode::Clean),
      high_watermark_(
          std::clamp(options.high_watermark, log_->log_start_offset(), log_->log_end_offset())),
      // Where the loss of power took the end, other records will come.
      compacted_to_(options.first_dirty_offset > log_->log_end_offset()
                        ? log_->log_start_offset()
                        : options.first_dirty_offset) {}

Partition::~Partition() = default;

// --- leadership ----------------------------------------------------------------------------------

void Partition::become_leader(LeaderEpoch epoch) {
    leader_epoch_ = epoch;
    is_leader_ = true;
    // Written with the first batch of the epoch: until then it has nothing to say of the log.
    if (epochs_.assign(epoch, log_end_offset())) epochs_unwritten_ = true;
    high_watermark_ = log_end_offset();
    producers_.on_high_watermark(high_watermark_);
    observers_.notify(*this, PartitionChange::Leadership);
}

void Partition::become_follower(LeaderEpoch epoch) {
    leader_epoch_ = epoch;
    is_leader_ = false;
    observers_.notify(*this, PartitionChange::Leadership);
}

ErrorCode Partition::check_leader_epoch(LeaderEpoch current_leader_epoch) const {
    if (current_leader_epoch == kNoLeaderEpoch) return ErrorCode::NONE;
    if (current_leader_epoch < leader_epoch_) return ErrorCode::FENCED_LEADER_EPOCH;
    if (current_leader_epoch > leader_epoch_) return ErrorCode::UNKNOWN_LEADER_EPOCH;
    return ErrorCode::NONE;
}

ErrorCode Partition::check_leader(LeaderEpoch current_leader_epoch) const {
    const ErrorCode epoch = check_leader_epoch(current_leader_epoch);
    if (epoch != ErrorCode::NONE) return epoch;
    if (offline_) return ErrorCode::KAFKA_STORAGE_ERROR;
    return is_leader_ ? ErrorCode::NONE : ErrorCode::NOT_LEADER_OR_FOLLOWER;
}

// --- reading -------------------------------------------------------------------------------------

Offset Partition::last_stable_offset() const {
    const auto unstable = producers_.first_unstable_offset();
    if (!unstable) return high_watermark_;
    // Unlike Kafka: never below the log start, when the first records of an open transaction have
    // been deleted. What it answers then is an offset that no reader may ask for.
    return std::clamp(*unstable, log_start_offset(), high_watermark_);
}

Offset Partition::limit_offset(ReadLimit limit) const {
    switch (limit) {
        case ReadLimit::LogEnd:
            return log_end_offset();
        case ReadLimit::HighWatermark:
            return high_watermark_;
        case ReadLimit::LastStable:
            return last_stable_offset();
    }
    CHECK(false, "a read limit that does not exist");
}

Result<ReadResult> Partition::read(Offset from, std::int64_t max_bytes, bool min_one_batch,
                                   ReadLimit limit) const {
    if (offline_) return offline_error();
    if (from < log_start_offset() || from > log_end_offset()) {
        return Error{ErrorCode::OFFSET_OUT_OF_RANGE,
                     "offset " + std::to_string(from.value) + " of " + name_text_ +
                         " is outside of [" + std::to_string(log_start_offset().value) + ", " +
                         std::to_string(log_end_offset().value) + "]"};
    }
    auto read = log_->read(from, max_bytes, min_one_batch, limit_offset(limit));
    if (!read) return read.error();
    std::vector<AbortedTransaction> aborted;
    if (limit == ReadLimit::LastStable) {
        auto found = log_->aborted_in(from, *read);
        if (!found) return found.error();
        aborted = found.take();
    }
    return ReadResult{.records = std::move(read->records),
                      .high_watermark = high_watermark_,
                      .last_stable_offset = last_stable_offset(),
                      .log_start_offset = log_start_offset(),
                      .aborted_transactions = std::move(aborted)};
}

Result<Bytes> Partition::read_bytes(Offset from, std::int64_t max_bytes, ReadLimit limit) const {
    auto result = read(from, max_bytes, true, limit);
    if (!result) return result.error();
    const Records& records = result->records;
    if (!records.in_file()) return Bytes(records.bytes.begin(), records.bytes.end());
    const auto& file = *static_cast<const File*>(records.keep_alive.get());
    Bytes bytes(records.size());
    auto got = file.read_at(static_cast<std::uint64_t>(records.file.position), bytes);
    if (!got) return got.error();
    bytes.resize(*got);
    return bytes;
}

EpochEnd Partition::end_of_epoch(LeaderEpoch requested) const {
    return epochs_.end_of_epoch(requested, log_end_offset());
}

// --- removing ------------------------------------------------------------------------------------

Result<Offset> Partition::delete_records(Offset before) {
    if (offline_) return offline_error();
    const Offset start = before == Offset{-1} ? high_watermark_ : before;
    if (start < Offset{0} || start > high_watermark_) {
        return Error{ErrorCode::OFFSET_OUT_OF_RANGE,
                     "offset " + std::to_string(before.value) + " of " + name_text_ +
                         " is above the high watermark " + std::to_string(high_watermark_.value)};
    }
    const Offset old_start = log_start_offset();
    auto done = offline_if_failed(log_->advance_log_start(start));
    on_log_start_moved(old_start);
    if (!done) return done.error();
    return log_start_offset();
}

Result<Done> Partition::apply_retention(TimestampMs now) {
    auto expired = count_expired(now);
    if (!expired) return offline_if_failed(expired.error());
    return drop_expired(*expired, now);
}

Result<std::size_t> Partition::count_expired(TimestampMs now, std::size_t most) const {
    if (offline_) return offline_error();
    return log_->count_expired(config_, high_watermark_, now, most);
}

Result<Done> Partition::drop_expired(std::size_t segments, TimestampMs now) {
    if (offline_) return offline_error();
    const Offset old_start = log_start_offset();
    auto done = offline_if_failed(log_->drop_expired(segments, now));
    on_log_start_moved(old_start);
    return done;
}

void Partition::on_log_start_moved(Offset before) {
    const Offset start = log_start_offset();
    if (start == before) return;
    if (epochs_.truncate_from_start(start)) epochs_unwritten_ = !write_epochs().ok();
    producers_.on_log_start_offset(start);
    // Without one, the next start knows fewer producers; one too many does no harm. But none may
    // speak of a marker that the transaction index does not have.
    if (log_->write_transaction_index()) {
        (void)snapshots_.on_log_start(log_->segment_of(start), producers_).ok();
    }
    observers_.notify(*this, PartitionChange::LogStart);
}

// --- configuration and state

void Partition::set_config(const LogConfig& config) {
    config_ = config;
    log_->set_index_interval(config.index_interval_bytes);
}

void Partition::expire_producers(TimestampMs now, std::int64_t producer_id_expiration_ms) {
    producer_id_expiration_ms_ = producer_id_expiration_ms;
    producers_.expire(now, producer_id_expiration_ms);
}

Error Partition::offline_error() const {
    return {ErrorCode::KAFKA_STORAGE_ERROR, "the log directory of " + name_text_ + " is offline"};
}

Result<Done> Partition::offline_if_failed(Result<Done> result) {
    if (!result && result.error().code == ErrorCode::KAFKA_STORAGE_ERROR) take_offline();
    return result;
}

void Partition::take_offline() {
    if (std::exchange(offline_, true)) return;
    if (disk_) disk_->disk_failed();
    observers_.notify(*this, PartitionChange::Offline);
}

PartitionCheckpoint Partition::checkpoint() const {
    return {.partition = name_,
            .topic_id = topic_id_,
            .recovery_point = log_->recovery_point(),
            .log_start_offset = log_start_offset(),
            .high_watermark = high_watermark_,
            .log_end_offset = log_end_offset(),
            .first_dirty_offset = compacted_to_};
}

void Partition::abandon() { observers_.notify(*this, PartitionChange::Deleted); }

}  // namespace kafka::storage
