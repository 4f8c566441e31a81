// How a partition comes to life from its folder, is cut, and is put to rest.
#include <algorithm>
#include <string_view>
#include <utility>

#include "storage/file_names.h"
#include "storage/partition.h"

namespace kafka::storage {

Result<std::unique_ptr<Partition>> Partition::open(FileSystem& files, std::string folder,
                                                   TopicPartition name, Uuid topic_id,
                                                   const OpenOptions& options) {
    auto log = Log::open(files, std::move(folder),
                         {.recovery_point = options.recovery_point,
                          .log_start_offset = options.log_start_offset,
                          .first_dirty_offset = options.first_dirty_offset,
                          .recovery = options.recovery,
                          .index_interval_bytes = options.config.index_interval_bytes,
                          .now = options.now});
    if (!log) return log.error();
    std::unique_ptr<Partition> partition(
        new Partition(std::move(name), topic_id, options, log.take()));
    if (auto done = partition->restore_epochs(options.recovery); !done) return done.error();
    // Segments that were not synced have lost their transaction indexes, which the replay makes
    // anew: it must begin no later than they do.
    const Log& opened = *partition->log_;
    const bool trusted = options.recovery != RecoveryMode::MachineFailed;
    const Offset newest_snapshot =
        trusted ? opened.log_end_offset() : opened.segment_of(opened.recovery_point().previous());
    auto done = partition->restore_producers(trusted, newest_snapshot, options.now);
    if (!done) return done.error();
    if (options.recovery == RecoveryMode::MachineFailed && partition->snapshots_.removed()) {
        done = files.sync_directory(partition->folder());
        if (!done) return done.error();
    }
    return partition;
}

// The file is written before the first batch of an epoch, and synced before the recovery point
// passes that batch. Only where the file or the batches cannot be trusted are the headers asked.
Result<Done> Partition::restore_epochs(RecoveryMode recovery) {
    Offset ask_from = log_end_offset();
    const std::string path = folder() + "/" + std::string(kLeaderEpochFile);
    bool good = false;
    if (log_->files().exists(path)) {
        auto text = read_file(log_->files(), path);
        if (!text) return text.error();
        auto cache = LeaderEpochCache::from_text(
            std::string_view(reinterpret_cast<const char*>(text->data()), text->size()));
        good = cache.ok();
        if (good) epochs_ = cache.take();
    }
    if (!good) {
        ask_from = log_start_offset();
    } else if (recovery == RecoveryMode::MachineFailed) {
        ask_from = log_->recovery_point();
    }
    epochs_.truncate_from_end(log_end_offset());
    epochs_.truncate_from_start(log_start_offset());
    const std::vector<EpochEntry> known = epochs_.entries();
    if (good && recovery != RecoveryMode::Clean) {
        if (auto done = restore_oldest_epochs(); !done) return done;
    }
    if (ask_from < log_end_offset()) {
        auto done = learn_epochs(epochs_, ask_from, log_end_offset());
        if (!done) return done;
    }
    // The next start may find reason to trust the file.
    return epochs_.entries() == known ? Done{} : write_epochs();
}

// The file forgets the epochs below the log start at once, but a crash may bring an older log start
// back.
Result<Done> Partition::restore_oldest_epochs() {
    const auto first = epochs_.earliest();
    const Offset known_from = first ? first->start_offset : log_end_offset();
    if (known_from <= log_start_offset()) return Done{};
    LeaderEpochCache all;
    auto done = learn_epochs(all, log_start_offset(), known_from);
    for (const EpochEntry& entry : epochs_.entries()) all.assign(entry.epoch, entry.start_offset);
    epochs_ = std::move(all);
    return done;
}

Result<Done> Partition::learn_epochs(LeaderEpochCache& epochs, Offset from, Offset end) const {
    return log_->visit_headers(from, [&](const RecordBatchView& batch) {
        if (batch.base_offset() >= end) return false;
        const LeaderEpoch epoch = batch.partition_leader_epoch();
        const auto latest = epochs.latest();
        if (epoch.value >= 0 && (!latest || epoch > latest->epoch)) {
            epochs.assign(epoch, std::max(batch.base_offset(), log_start_offset()));
        }
        return true;
    });
}

Result<Done> Partition::restore_producers(bool trust_running_snapshot, Offset newest_snapshot,
                                          TimestampMs now) {
    // What was deleted from the midst of a segment is there to be replayed.
    const Offset first_batches = log_->segment_of(log_start_offset());
    auto done = snapshots_.restore(producers_, first_batches, newest_snapshot,
                                   trust_running_snapshot, now, producer_id_expiration_ms_);
    if (!done) return done;
    if (snapshots_.removed()) log_->note_folder_changed();
    if (done = forget_compacted_transactions(); !done) return done;
    batches_since_snapshot_ = 0;
    const Offset from = producers_.end_offset();
    if (from < log_end_offset()) {
        Result<Done> learned = Done{};
        done = log_->visit_headers(from, [&](const RecordBatchView& batch) {
            learned = learn(batch);
            ++batches_since_snapshot_;
            return learned.ok();
        });
        if (!done) return done;
        if (!learned) return learned;
    }
    producers_.set_end_offset(log_end_offset());
    producers_.on_log_start_offset(log_start_offset());
    producers_.on_high_watermark(high_watermark_);
    return Done{};
}

// A snapshot may know a transaction as open whose marker came later, and that compaction has
// removed since, marker and all. While a batch of it is left, its marker is, too; and compaction
// does not touch one that is open. Of one whose records were deleted there is nothing left to
// decide.
Result<Done> Partition::forget_compacted_transactions() {
    const bool is_compacted = config_.cleanup_compact || compacted_to_ >= Offset{0};
    for (const auto& open : producers_.open_transactions()) {
        if (open.first_offset < log_start_offset() && !is_compacted) continue;
        bool is_left = false;
        auto done = log_->visit_headers(open.first_offset, [&](const RecordBatchView& batch) {
            if (batch.base_offset() >= producers_.end_offset()) return false;
            is_left = batch.producer_id() == open.producer_id && batch.is_transactional();
            return !is_left;
        });
        if (!done) return done;
        if (!is_left) producers_.forget_transaction(open);
    }
    return Done{};
}

void Partition::begin_truncation(Offset offset) {
    truncation_ = offset;
    log_->lower_recovery_point(offset);
}

Result<Done> Partition::truncate_to(Offset offset, TimestampMs now) {
    CHECK(truncation_ == offset, "a truncation that was not begun");
    truncation_.reset();
    if (offline_) return offline_error();
    if (offset >= log_end_offset()) return Done{};
    if (auto done = offline_if_failed(log_->truncate_to(offset, now)); !done) return done;
    if (epochs_.truncate_from_end(log_end_offset())) epochs_unwritten_ = true;
    high_watermark_ = std::min(high_watermark_, log_end_offset());
    compacted_to_ = std::min(compacted_to_, log_end_offset());
    producers_.clear();
    return offline_if_failed(restore_producers(false, log_end_offset(), now));
}

Result<Done> Partition::close() {
    if (offline_) return offline_error();
    if (auto done = log_->write_transaction_index(); !done) return done;
    // A few headers are read faster than a file is made.
    constexpr std::int32_t kWorthASnapshot = 64;
    if (!producers_.empty() || batches_since_snapshot_ >= kWorthASnapshot) {
        if (auto done = snapshots_.write(producers_); !done) return done;
        if (auto done = write_running_snapshot(); !done) return done;
    }
    return log_->close();
}

}  // namespace kafka::storage
