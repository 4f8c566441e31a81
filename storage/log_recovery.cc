// Opening a log: which of its segments are looked at, and what is done about what is found.
#include <algorithm>

#include "storage/log.h"
#include "storage/log_folder.h"
#include "storage/segment.h"

namespace kafka::storage {

Result<std::unique_ptr<Log>> Log::open(FileSystem& files, std::string folder,
                                       const OpenOptions& options) {
    std::unique_ptr<Log> log(new Log(files, std::move(folder), options));
    if (auto done = log->load(options); !done) return done.error();
    return log;
}

Result<Done> Log::load(const OpenOptions& options) {
    auto folder = tidy_log_folder(files_, folder_);
    if (!folder) return folder.error();
    removals_ = std::move(folder->removals);
    snapshots_found_ = std::move(folder->snapshots);
    // Whoever was killed may have left names, and a cut, that no sync has covered.
    folder_changed_ = folder->changed || options.recovery != RecoveryMode::Clean;
    cut_ = options.recovery != RecoveryMode::Clean;
    std::size_t indexed = 0;  // how many segments have both indexes, from the first on
    for (const SegmentFiles& found : folder->segments) {
        segments_.push_back(std::make_unique<Segment>(files_, folder_, found.base_offset));
        if (found.has_transaction_index) segments_.back()->expect_transaction_index();
        const bool has_indexes = found.has_offset_index && found.has_time_index;
        if (has_indexes && indexed + 1 == segments_.size()) ++indexed;
    }
    if (segments_.empty()) {
        recovery_point_ = std::min(recovery_point_, log_end_offset_);
        return Done{};
    }

    // Sealed segments are written before the next one is begun, and synced before the recovery
    // point passes them. Only the loss of power leaves more to do than the last one. There may be
    // more of them than descriptors, and most are never asked for: they are closed again.
    std::size_t first = segments_.size() - 1;
    if (options.recovery == RecoveryMode::MachineFailed) {
        first = std::min(first, first_unsynced_segment());
    }
    for (std::size_t i = 0; i < first; ++i) {
        if (auto done = load_sealed(i, i < indexed, options); !done) return done;
        segments_[i]->close_log_file();
    }
    if (auto done = recover_segments(first, options); !done) return done;

    log_start_offset_ = std::max(log_start_offset_, segments_.front()->base_offset());
    if (recovery_point_ > log_end_offset_) {
        // A truncation was interrupted, and only the kernel may know how far it had come.
        if (auto done = keep_cut(); !done) return done;
        recovery_point_ = log_end_offset_;
    }
    // The end was lost, and with it the offsets up to the log start: they must not be given anew.
    if (log_start_offset_ > log_end_offset_) return restart_at(log_start_offset_, options.now);
    return Done{};
}

// What lies below the recovery point was synced; that the disk kept it is looked at, where that is
// cheap, after the loss of power alone.
Result<Done> Log::load_sealed(std::size_t index, bool has_indexes, const OpenOptions& options) {
    Segment& segment = *segments_[index];
    if (has_indexes && options.recovery == RecoveryMode::MachineFailed) {
        auto whole = segment.indexes_are_whole();
        if (!whole) return whole.error();
        if (*whole) return Done{};
    } else if (has_indexes) {
        return segment.load();
    }
    folder_changed_ = true;
    return segment.rebuild_indexes(end_of_segment(index), options.index_interval_bytes,
                                   options.now);
}

// What the loss of power left beyond the end stays gone when the power goes again: otherwise it
// might come back among what is appended until then.
Result<Done> Log::keep_cut() {
    auto file = segments_.back()->log_file();
    if (!file) return file.error();
    if (auto done = (*file)->sync(); !done) return done;
    return files_.sync_directory(folder_);
}

Result<Done> Log::recover_segments(std::size_t first, const OpenOptions& options) {
    for (std::size_t i = first; i < segments_.size(); ++i) {
        if (options.recovery == RecoveryMode::MachineFailed) {
            // Filled again when the producers are replayed.
            if (auto done = segments_[i]->clear_transaction_index(); !done) return done;
        }
        auto recovered = segments_[i]->recover(options.recovery, options.recovery_point,
                                               options.index_interval_bytes, options.now);
        if (!recovered) return recovered.error();
        log_end_offset_ = recovered->end;
        // Our compaction leaves no gap between segments, and that of others only below its
        // checkpoint: any other is a loss. Without what was lost, what follows it cannot stay.
        const bool is_last = i + 1 == segments_.size();
        const bool gap =
            !is_last && segments_[i + 1]->base_offset() > log_end_offset_ &&
            log_end_offset_ >= std::max(options.recovery_point, options.first_dirty_offset);
        if (recovered->cut || gap) {
            if (auto done = drop_segments(i + 1, segments_.size()); !done) return done;
            return options.recovery == RecoveryMode::MachineFailed ? keep_cut() : Done{};
        }
        if (is_last) break;
        if (auto done = segments_[i]->seal(); !done) return done;
        segments_[i]->close_log_file();
    }
    return Done{};
}

}  // namespace kafka::storage
