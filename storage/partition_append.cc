// The writing half of Partition: appending, the high watermark, flushing.
#include <algorithm>
#include <utility>

#include "storage/file_names.h"
#include "storage/page_cache.h"
#include "storage/partition.h"

namespace kafka::storage {
namespace {

// After so many batches the producer state is written down, so that a killed process leaves no more
// than these headers to be read again.
constexpr std::int32_t kBatchesPerRunningSnapshot = 1024;

// What was written so recently is taken to be in the page cache still.
constexpr std::int64_t kStaysCachedMs = 10'000;

AppendResult refused(ErrorCode error, std::optional<std::string> message = std::nullopt) {
    AppendResult result;
    result.error = error;
    result.error_message = std::move(message);
    return result;
}

AppendResult refused(const Error& error) {
    if (error.message.empty()) return refused(error.code);
    return refused(error.code, error.message);
}

int level_of(CompressionType type, const LogConfig& config) {
    switch (type) {
        case CompressionType::Gzip:
            return config.compression_gzip_level;
        case CompressionType::Lz4:
            return config.compression_lz4_level;
        case CompressionType::Zstd:
            return config.compression_zstd_level;
        case CompressionType::None:
        case CompressionType::Snappy:
            return 0;
    }
    CHECK(false, "a compression type that does not exist");
}

}  // namespace

BatchRules Partition::rules_for(const AppendRequest& request) const {
    BatchRules rules;
    rules.partition = name_text_;
    if (config_.compression_type) {
        const CompressionType type = *config_.compression_type;
        rules.compression = Compression{.type = type, .level = level_of(type, config_)};
    }
    rules.timestamp_type = config_.message_timestamp_type;
    rules.timestamp_before_max_ms = config_.message_timestamp_before_max_ms;
    rules.timestamp_after_max_ms = config_.message_timestamp_after_max_ms;
    rules.max_message_bytes = config_.max_message_bytes;
    rules.segment_bytes = config_.segment_bytes;
    rules.compacted = config_.cleanup_compact;
    rules.produce_version = request.produce_version;
    rules.origin = request.context.origin;
    rules.bounded = request.bounded;
    return rules;
}

AppendResult Partition::append_as_leader(MutableBytes batch, const AppendRequest& request,
                                         TimestampMs now) {
    if (offline_) return refused(offline_error());
    if (!is_leader_) return refused(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    if (request.bounded) {
        AppendResult result;
        result.missing = missing_to_append(now);
        result.postponed = !result.missing.empty();
        if (result.postponed) return result;
    }
    return append_validated(validate_batch(batch, rules_for(request), now), batch, request, now);
}

// After a start, or a while without records, the pages that an append touches may not be cached.
std::vector<MissingPages> Partition::missing_to_append(TimestampMs now) {
    if (last_append_ != kNoTimestamp && now - last_append_ < kStaysCachedMs) return {};
    last_append_ = now;
    CachedReads reads(kPageBytes);
    log_->look_before_append();
    return reads.take_missing();
}

AppendResult Partition::append_validated(BatchValidation validation, MutableBytes batch,
                                         const AppendRequest& request, TimestampMs now) {
    if (offline_) return refused(offline_error());
    if (!is_leader_) return refused(ErrorCode::NOT_LEADER_OR_FOLLOWER);
    if (!validation) {
        InvalidBatch invalid = std::move(validation).error();
        AppendResult result = refused(invalid.code, std::move(invalid.message));
        result.record_errors = std::move(invalid.record_errors);
        result.postponed = invalid.unfinished;
        return result;
    }
    ValidBatch& valid = *validation;
    const bool rewritten = !valid.replacement.empty();
    const MutableBytes stored = rewritten ? MutableBytes(valid.replacement) : batch;
    return append_valid(MutableRecordBatch(stored.first(valid.size_in_bytes)), request, now);
}

AppendResult Partition::append_valid(MutableRecordBatch batch, const AppendRequest& request,
                                     TimestampMs now) {
    batch.set_base_offset(log_end_offset());
    batch.set_partition_leader_epoch(leader_epoch_);
    const auto duplicate = producers_.check(batch, request.context);
    if (!duplicate) return refused(duplicate.error());

    AppendResult result;
    result.log_start_offset = log_start_offset();
    if (*duplicate) {
        result.duplicate = true;
        result.base_offset = (*duplicate)->first_offset();
        result.last_offset = (*duplicate)->last_offset;
        result.log_append_time = (*duplicate)->timestamp;
        return result;
    }
    if (auto done = write(batch, now); !done) return refused(done.error());
    result.base_offset = batch.base_offset();
    result.last_offset = batch.last_offset();
    if (batch.timestamp_type() == TimestampType::LogAppendTime) {
        result.log_append_time = batch.max_timestamp();
    }
    traffic_.records_in += static_cast<std::uint64_t>(batch.record_count());
    traffic_.bytes_in += batch.size_in_bytes();
    advance_high_watermark();
    return result;
}

Result<VerificationGuard> Partition::start_verification(const RecordBatchView& batch,
                                                        bool supports_epoch_bump, TimestampMs now) {
    if (offline_) return offline_error();
    if (!is_leader_) return Error{ErrorCode::NOT_LEADER_OR_FOLLOWER, ""};
    return producers_.start_verification(batch.producer_id(), batch.producer_epoch(),
                                         batch.base_sequence(), supports_epoch_bump, now);
}

Result<VerificationGuard> Partition::start_verification(ProducerId id, ProducerEpoch epoch,
                                                        TimestampMs now) {
    if (offline_) return offline_error();
    if (!is_leader_) return Error{ErrorCode::NOT_LEADER_OR_FOLLOWER, ""};
    return producers_.start_verification(id, epoch, Sequence{0}, false, now);
}

Result<Done> Partition::append_as_follower(BytesView batches, TimestampMs now) {
    if (offline_) return offline_error();
    RecordBatchReader reader(batches);
    while (auto batch = reader.next()) {
        if (!batch->crc_matches() || batch->base_offset() < log_end_offset()) {
            return Error{ErrorCode::CORRUPT_MESSAGE, "a replicated batch of " + name_text_ +
                                                         " is damaged or was appended before"};
        }
        if (epochs_.assign(batch->partition_leader_epoch(), batch->base_offset())) {
            epochs_unwritten_ = true;
        }
        if (auto done = write(*batch, now); !done) return done;
    }
    return Done{};
}

// A failed write leaves the log as it was (a full disk may have room again), unless not even the
// torn part could be removed: then nothing may follow it, and the partition goes offline.
Result<Done> Partition::write(const RecordBatchView& batch, TimestampMs now) {
    // Before any snapshot speaks of it.
    if (auto done = log_->write_transaction_index(); !done) return done;
    auto full = log_->needs_roll(batch, config_, now);
    if (!full) return full.error();
    if (*full) {
        if (auto done = roll(now); !done) return done;
    }
    if (epochs_unwritten_) {
        if (auto done = write_epochs(); !done) return done;
    }
    if (auto done = log_->append(batch, now); !done) {
        if (log_->broken()) take_offline();
        return done;
    }
    const bool learned = learn(batch).ok();  // if not, the next append tries again
    if (oldest_unflushed_ == kNoTimestamp) oldest_unflushed_ = now;
    last_append_ = now;
    if (++batches_since_snapshot_ >= kBatchesPerRunningSnapshot && learned) {
        if (snapshots_.write_running(producers_)) batches_since_snapshot_ = 0;
    }
    return Done{};
}

Result<Done> Partition::roll(TimestampMs now) {
    // Without them the next start only has more to read.
    if (snapshots_.write(producers_)) batches_since_snapshot_ = 0;
    (void)write_running_snapshot().ok();
    return log_->roll(now);
}

// What it has over the snapshot of the same offset are the older batches of producers.
Result<Done> Partition::write_running_snapshot() {
    return producers_.empty() ? Done{} : snapshots_.write_running(producers_);
}

// Takes in what the log now holds, or is found to hold when it is opened.
Result<Done> Partition::learn(const RecordBatchView& batch) {
    const auto completed = producers_.apply(batch);
    if (!completed) return Done{};
    const Offset last_stable_offset = producers_.last_stable_offset_after(*completed);
    producers_.complete(*completed);
    if (!completed->aborted) return Done{};
    return log_->append_aborted({.producer_id = completed->producer_id,
                                 .first_offset = completed->first_offset,
                                 .last_offset = completed->last_offset,
                                 .last_stable_offset = last_stable_offset});
}

Result<Done> Partition::write_epochs() {
    const std::string text = epochs_.to_text();
    const BytesView bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    const std::string path = folder() + "/" + std::string(kLeaderEpochFile);
    auto done = write_file_atomically(log_->files(), path, bytes, Durability::WhenTheKernelLikes);
    if (done) {
        epochs_unwritten_ = false;
        epochs_unsynced_ = true;
    }
    return done;
}

void Partition::set_high_watermark(Offset high_watermark) {
    const Offset bounded = std::min(high_watermark, log_end_offset());
    if (bounded <= high_watermark_) return;
    high_watermark_ = bounded;
    producers_.on_high_watermark(bounded);
    observers_.notify(*this, PartitionChange::HighWatermark);
}

// This replica alone is in sync, so what it has is committed; and flushed, where that is asked for.
void Partition::advance_high_watermark() {
    if (!is_leader_) return;
    set_high_watermark(flush_needed() ? log_->recovery_point() : log_end_offset());
}

bool Partition::flush_needed() const {
    return log_end_offset() - log_->recovery_point() >= config_.flush_messages;
}

bool Partition::flush_is_due(TimestampMs now) const {
    return oldest_unflushed_ != kNoTimestamp && !flush_in_flight_ &&
           now - oldest_unflushed_ >= config_.flush_ms;
}

FlushTicket Partition::begin_flush(FlushReach reach) {
    CHECK(!flush_in_flight_, "one flush of a partition at a time");
    flush_in_flight_ = true;
    const bool to_end = reach == FlushReach::LogEnd;
    if (to_end) oldest_unflushed_ = kNoTimestamp;
    FlushTicket ticket;
    ticket.end = to_end ? log_end_offset() : log_->segment_of(log_end_offset());
    ticket.cuts = log_->cuts();
    ticket.files = &log_->files();
    auto unsynced = to_end ? log_->take_unsynced_files() : log_->sealed_unsynced_files();
    if (!unsynced) {
        ticket.failed = unsynced.error();
        return ticket;
    }
    ticket.unsynced = unsynced.take();
    std::vector<std::string> beside = snapshots_.take_unsynced();
    const std::string epochs = folder() + "/" + std::string(kLeaderEpochFile);
    if (std::exchange(epochs_unsynced_, false) && log_->files().exists(epochs)) {
        beside.push_back(epochs);
    }
    for (const std::string& path : beside) {
        auto file = log_->files().open(path, OpenMode::Read);
        if (file) {
            ticket.unsynced.push_back(file.take());
        } else {
            ticket.failed = file.error();
        }
    }
    if (log_->take_folder_changed() || !beside.empty()) ticket.folders_to_sync.push_back(folder());
    if (std::exchange(folder_is_new_, false)) {
        ticket.folders_to_sync.push_back(folder().substr(0, folder().rfind('/')));
    }
    return ticket;
}

Result<Done> FlushTicket::sync() const {
    if (failed) return *failed;
    for (const auto& file : unsynced) {
        if (auto done = file->sync(); !done) return done;
    }
    for (const std::string& folder : folders_to_sync) {
        if (auto done = files->sync_directory(folder); !done) return done;
    }
    return Done{};
}

void Partition::finish_flush(const FlushTicket& ticket, const Result<Done>& result) {
    flush_in_flight_ = false;
    if (!result) {
        // The kernel may have dropped the pages that it failed to write: syncing again proves
        // nothing.
        take_offline();
        return;
    }
    // Of what was appended where it was cut meanwhile, nothing is known.
    if (!truncation_ && ticket.cuts == log_->cuts()) log_->set_recovery_point(ticket.end);
    if (!offline_) advance_high_watermark();
}

}  // namespace kafka::storage
