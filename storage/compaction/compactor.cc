#include "storage/compaction/compactor.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/record_reader.h"
#include "storage/compaction/batch_cleaner.h"
#include "storage/compaction/batch_scanner.h"
#include "storage/compaction/cleaned_segment.h"
#include "storage/compaction/compaction_plan.h"
#include "storage/file_names.h"

namespace kafka::storage {
namespace {

// Nothing is wrong, but there is no use in going on: the partition is gone, or what was to be
// compacted, or the process stops.
const Error kGivenUp{ErrorCode::NONE, "given up"};

class Compactor {
  public:
    Compactor(FileSystem& files, CompactionHost& host, const CompactionSettings& settings,
              TimestampMs now)
        : files_(files), host_(host), settings_(settings), now_(now) {}

    Result<CompactionResult> run() {
        auto done = work();
        if (!done && !is_as_it_was()) done = kGivenUp;
        result_.completed = done.ok();
        if (!done && done.error().code != ErrorCode::NONE) return done.error();
        return result_;
    }

  private:
    Result<Done> work();
    bool is_as_it_was();
    Result<Done> begin();
    Result<Done> remove_leftovers();
    Result<Done> look_at_indexes();
    Result<Done> collect_aborted();
    Result<std::shared_ptr<File>> open(const SourceSegment& source);
    Result<Done> fill_map(KeyMap& keys, TransactionFates& fates);
    Result<Done> note_what_is_relied_on(const TransactionFates& fates);
    Result<bool> put_keys(const RecordBatchView& batch, KeyMap& keys);
    Result<Done> clean_group(SegmentGroup group, BatchCleaner& cleaner);
    Result<bool> write_group(SegmentGroup group, BatchCleaner& cleaner, CleanedSegment& out);
    Result<Done> sync_what_is_relied_on();
    Result<Done> take_in(SegmentGroup group);
    Result<Done> put_in_place(const CompactedRange& range);
    Result<Done> step(const std::function<Result<Done>(Partition&)>& work);
    Result<Done> pace(std::uint64_t bytes) {
        return host_.go_on(bytes) ? Result<Done>(Done{}) : kGivenUp;
    }
    std::string name_of(const SourceSegment& segment) const {
        return file_path(task_.folder, segment.base_offset, kLogSuffix);
    }

    FileSystem& files_;
    CompactionHost& host_;
    const CompactionSettings& settings_;
    const TimestampMs now_;
    CompactionTask task_;
    std::vector<AbortedTransaction> aborted_;
    Offset keys_end_{0};                            // the map knows all keys below
    std::vector<std::shared_ptr<File>> relied_on_;  // log files, until they are synced
    Bytes read_buffer_;
    CompactionResult result_;
};

Result<Done> Compactor::step(const std::function<Result<Done>(Partition&)>& work) {
    Result<Done> done = kGivenUp;
    host_.on_partition([&](Partition* partition) {
        if (partition != nullptr) done = work(*partition);
    });
    return done;
}

// What was cut or deleted under our hands may have looked damaged, or be gone.
bool Compactor::is_as_it_was() {
    bool same = false;
    host_.on_partition([&](Partition* partition) {
        same = partition != nullptr && partition->cuts() == task_.cuts &&
               (task_.sources.empty() || partition->log_start_offset() < task_.sources.front().end);
    });
    return same;
}

Result<std::shared_ptr<File>> Compactor::open(const SourceSegment& source) {
    if (source.file) return source.file;
    return files_.open(name_of(source), OpenMode::Read);
}

Result<Done> Compactor::work() {
    if (auto done = begin(); !done) return done;
    KeyMap keys(settings_.key_map_bytes, settings_.key_map_load_factor);
    TransactionFates mapped(aborted_);
    if (auto done = fill_map(keys, mapped); !done) return done;
    if (auto done = note_what_is_relied_on(mapped); !done) return done;
    result_.keys = keys.size();
    result_.key_map_bytes = keys.memory_bytes();

    TransactionFates fates(aborted_);
    const CleaningRules rules{.keys = keys,
                              .keys_end = keys_end_,
                              .producers = task_.producers,
                              .now = now_,
                              .delete_retention_ms = task_.config.delete_retention_ms};
    BatchCleaner cleaner(rules, fates);
    std::erase_if(task_.sources, [&](const auto& each) { return each.base_offset >= keys_end_; });
    for (const SegmentGroup group : group_segments(task_.sources, task_.config)) {
        if (auto done = clean_group(group, cleaner); !done) return done;
    }
    return step([this](Partition& partition) -> Result<Done> {
        // Below that end there may be other records now.
        if (partition.cuts() != task_.cuts) return kGivenUp;
        partition.finish_compaction(keys_end_);
        return Done{};
    });
}

Result<Done> Compactor::begin() {
    auto begun = step([this](Partition& partition) -> Result<Done> {
        auto task = partition.begin_compaction(now_);
        if (!task) return task.error();
        task_ = task.take();
        return Done{};
    });
    if (!begun) return begun;
    read_buffer_.resize(std::max(settings_.io_buffer_bytes, batch_layout::kHeaderBytes));
    if (auto done = remove_leftovers(); !done) return done;
    if (auto done = look_at_indexes(); !done) return done;
    return collect_aborted();
}

// What an earlier attempt left here would make the next start doubt what this one achieves.
Result<Done> Compactor::remove_leftovers() {
    auto entries = files_.list(task_.folder);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
        if (!entry.name.ends_with(kCleanedSuffix)) continue;
        if (auto done = files_.remove(task_.folder + "/" + entry.name); !done) return done;
    }
    return Done{};
}

Result<Done> Compactor::look_at_indexes() {
    const auto size_of = [this](Offset base, std::string_view suffix) -> std::uint64_t {
        auto file = files_.open(file_path(task_.folder, base, suffix), OpenMode::Read);
        if (!file) return 0;
        auto size = (*file)->size();
        return size ? *size : 0;
    };
    for (SourceSegment& source : task_.sources) {
        const Offset base = source.base_offset;
        source.offset_index_bytes = size_of(base, kOffsetIndexSuffix);
        source.time_index_bytes = size_of(base, kTimeIndexSuffix);
        source.has_transaction_index =
            files_.exists(file_path(task_.folder, base, kTransactionIndexSuffix));
    }
    return Done{};
}

// Of all segments: the marker of a transaction may stand far above its first record.
Result<Done> Compactor::collect_aborted() {
    std::vector<Offset> bases = task_.later_segments;
    for (const SourceSegment& source : task_.sources) bases.push_back(source.base_offset);
    std::ranges::sort(bases);
    for (const Offset base : bases) {
        const std::string path = file_path(task_.folder, base, kTransactionIndexSuffix);
        if (!files_.exists(path)) continue;
        TransactionIndex index(files_, path);
        if (auto done = index.load(); !done) return done;
        auto all = index.collect(Offset{0}, task_.end, aborted_);
        if (!all) return all.error();
    }
    return Done{};
}

Result<Done> Compactor::fill_map(KeyMap& keys, TransactionFates& fates) {
    const Offset first_dirty = task_.first_dirty_offset;
    keys_end_ = first_dirty;
    for (const SourceSegment& source : task_.sources) {
        if (source.end <= first_dirty) continue;
        auto file = open(source);
        if (!file) return file.error();
        BatchScanner scanner(**file, source.size, read_buffer_, name_of(source));
        while (true) {
            auto batch = scanner.next();
            if (!batch) return batch.error();
            if (!*batch) break;
            if (auto done = pace((*batch)->size_in_bytes()); !done) return done;
            if ((*batch)->is_control()) {
                fates.marker(**batch);
            } else if (!fates.is_aborted(**batch)) {
                auto room = put_keys(**batch, keys);
                if (!room) return room.error();
                if (!*room) return Done{};
            }
            keys_end_ = std::max(keys_end_, (*batch)->next_offset());
        }
        keys_end_ = std::max(keys_end_, source.end);
    }
    return Done{};
}

// False when the map is full; it has the keys of what is below `keys_end_` then.
Result<bool> Compactor::put_keys(const RecordBatchView& batch, KeyMap& keys) {
    if (batch.last_offset() < task_.first_dirty_offset) return true;
    struct Ahead {
        Offset offset;
        KeyMap::Place place;
    };
    std::array<Ahead, KeyMap::kAhead> ahead;
    RecordReader reader(batch);
    for (bool more = true; more;) {
        std::size_t count = 0;
        while (count < ahead.size()) {
            const RecordView* const record = reader.next();
            more = record != nullptr;
            if (!more) break;
            const Offset offset = reader.offset_of(*record);
            if (!record->key || offset < task_.first_dirty_offset) continue;
            ahead[count] = {offset, keys.place_of(*record->key)};
            keys.prefetch(ahead[count++].place);
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (!keys.put(ahead[i].place, ahead[i].offset)) return false;
            keys_end_ = ahead[i].offset.next();
        }
    }
    if (!reader.failed()) return true;
    return Error{ErrorCode::CORRUPT_MESSAGE, "the batch at offset " +
                                                 std::to_string(batch.base_offset().value) +
                                                 " does not hold the records that it says"};
}

Result<Done> Compactor::clean_group(SegmentGroup group, BatchCleaner& cleaner) {
    CleanedSegment cleaned(files_, task_.folder, group.front().base_offset,
                           task_.config.index_interval_bytes);
    std::uint64_t before = 0;
    bool with_transaction_index = false;
    for (const SourceSegment& source : group) {
        before += source.size;
        with_transaction_index |= source.has_transaction_index;
    }
    auto changed = write_group(group, cleaner, cleaned);
    Result<Done> done = changed ? Result<Done>(Done{}) : changed.error();
    const bool is_new = changed && (*changed || group.size() > 1);
    result_.bytes_before += before;
    result_.bytes_after += is_new ? cleaned.size() : before;
    if (is_new) done = sync_what_is_relied_on();
    if (is_new && done) done = cleaned.finish(with_transaction_index);
    if (is_new && done) done = take_in(group);
    if (is_new && done) return done;
    // Nothing was achieved. What cannot be removed now is removed before the next attempt.
    const auto discarded = cleaned.discard();
    return done ? discarded : done;
}

// True when the copy is not what the segments were.
Result<bool> Compactor::write_group(SegmentGroup group, BatchCleaner& cleaner,
                                    CleanedSegment& cleaned) {
    if (auto done = cleaned.create(now_); !done) return done.error();
    const auto last_with_batches = std::ranges::find_if(
        group.rbegin(), group.rend(), [](const auto& each) { return each.size > 0; });
    bool changed = false;
    Bytes out;
    const auto write = [&]() -> Result<Done> {
        if (auto done = cleaned.append(out); !done) return done;
        auto paced = pace(out.size());
        out.clear();
        return paced;
    };
    for (const SourceSegment& source : group) {
        const bool is_last = last_with_batches != group.rend() && &source == &*last_with_batches;
        auto file = open(source);
        if (!file) return file.error();
        BatchScanner scanner(**file, source.size, read_buffer_, name_of(source));
        while (true) {
            auto batch = scanner.next();
            if (!batch) return batch.error();
            if (!*batch) break;
            // Unlike Kafka: the last batch of every segment is kept, if only its header, and not
            // just that of the last one. So what a loss of power took from the end of a segment
            // can be told from what compaction removed.
            const bool keep_header = is_last && scanner.at_end();
            auto outcome = cleaner.clean(**batch, keep_header, out);
            if (!outcome) return outcome.error();
            changed |= *outcome != BatchCleaner::Outcome::Unchanged;
            if (auto done = pace((*batch)->size_in_bytes()); !done) return done.error();
            if (auto done = cleaned.append_aborted(cleaner.take_aborted()); !done) {
                return done.error();
            }
            if (out.size() >= settings_.io_buffer_bytes) {
                if (auto done = write(); !done) return done.error();
            }
        }
    }
    if (auto done = write(); !done) return done.error();
    return changed;
}

// A record goes because there is a later one of its key, or the marker of its transaction. The loss
// of power must not take those and leave a segment from which this one is gone.
Result<Done> Compactor::note_what_is_relied_on(const TransactionFates& fates) {
    // What is in no map any more is still judged by its transaction.
    const bool with_markers = fates.awaits_markers() || keys_end_ < task_.end;
    for (const SourceSegment& source : task_.sources) {
        const bool is_needed = with_markers || source.base_offset < keys_end_;
        if (!is_needed || source.is_synced) continue;
        auto file = open(source);
        if (!file) return file.error();
        relied_on_.push_back(file.take());
    }
    if (with_markers) std::ranges::copy(task_.unsynced_later, std::back_inserter(relied_on_));
    return Done{};
}

Result<Done> Compactor::sync_what_is_relied_on() {
    for (const std::shared_ptr<File>& file : std::exchange(relied_on_, {})) {
        auto done = file->sync();
        if (done) continue;
        // As when a flush fails: nobody knows what the disk has of it.
        (void)step([](Partition& partition) { return partition.take_offline(), Done{}; }).ok();
        return done;
    }
    return Done{};
}

Result<Done> Compactor::take_in(SegmentGroup group) {
    const CompactedRange range{group.front().base_offset, group.back().end, task_.cuts};
    auto done = put_in_place(range);
    std::vector<std::string> removals;
    const auto wound_up = step([&](Partition& partition) {
        if (!done) partition.abandon_compacted();
        removals = partition.take_removals();
        return Done{};
    });
    // They are out of use whatever has happened.
    for (const std::string& path : removals) {
        auto removed = files_.remove(path);
        if (done && !removed) done = removed;
    }
    return done ? wound_up : done;
}

// Each step is on the disk before the next one begins.
Result<Done> Compactor::put_in_place(const CompactedRange& range) {
    auto done = step([&](Partition& partition) { return partition.stage_compacted(range); });
    if (!done) return done;
    if (done = files_.sync_directory(task_.folder); !done) return done;
    done = step([](Partition& partition) { return partition.swap_compacted(); });
    if (!done) return done;
    if (done = files_.sync_directory(task_.folder); !done) return done;
    return step([](Partition& partition) { return partition.name_compacted(); });
}

}  // namespace

Result<CompactionResult> compact(FileSystem& files, CompactionHost& host,
                                 const CompactionSettings& settings, TimestampMs now) {
    return Compactor(files, host, settings, now).run();
}

}  // namespace kafka::storage
