#include "storage/log_folder.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/batch_cursor.h"
#include "storage/file_names.h"

namespace kafka::storage {
namespace {

// "…42.log" of "…42.log.swap"; nothing when the name does not end so.
std::optional<std::string> without(const std::string& name, std::string_view suffix) {
    if (!name.ends_with(suffix)) return std::nullopt;
    return name.substr(0, name.size() - suffix.size());
}

class Tidier {
  public:
    Tidier(FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

    Result<LogFolder> run() {
        auto listed = files_.list(folder_);
        if (!listed) return listed.error();
        for (const DirectoryEntry& entry : *listed) {
            if (entry.is_directory) continue;
            if (entry.name.ends_with(kTemporarySuffix)) {
                // At once: its name is soon used again.
                if (auto done = files_.remove(path(entry.name)); !done) return done.error();
            } else {
                classify(entry.name);
            }
        }
        if (auto done = finish_swaps(); !done) return done.error();
        // Under another name: the next compaction uses this one, perhaps before they are removed.
        for (const std::string& name : cleaned_) {
            if (auto done = drop(name); !done) return done.error();
        }
        if (auto done = collect_segments(); !done) return done.error();
        return std::move(found_);
    }

  private:
    std::string path(const std::string& name) const { return folder_ + "/" + name; }

    void classify(const std::string& name) {
        if (name.ends_with(kDeletedSuffix)) {
            found_.removals.push_back(path(name));
        } else if (auto cleaned = without(name, kCleanedSuffix)) {
            // A compaction that did not finish; what of it, or above it where Kafka split its
            // output, has got the name of a swap is not to be used.
            cleaned_.push_back(name);
            for (const std::string_view suffix : kSegmentSuffixes) {
                const auto base = parse_file_name(*cleaned, suffix);
                if (base) lowest_cleaned_ = std::min(lowest_cleaned_.value_or(*base), *base);
            }
        } else if (name.ends_with(kSwapSuffix)) {
            swaps_.push_back(name);
        } else {
            names_.push_back(name);
        }
    }

    // The segments that were swapped in are whole: what they replace goes, and they take the names;
    // in this order on the disk, too, or a second crash would find both.
    Result<Done> finish_swaps() {
        if (swaps_.empty()) return Done{};
        if (auto done = remove_unfinished_swaps(); !done) return done;
        for (const std::string& name : swaps_) {
            if (auto done = drop_what_is_replaced_by(name); !done) return done;
        }
        if (auto done = files_.sync_directory(folder_); !done) return done;
        for (const std::string& name : swaps_) {
            if (auto done = take_over(name, *without(name, kSwapSuffix)); !done) return done;
        }
        return Done{};
    }

    // They must be gone before the ".cleaned" files that tell them from good ones are.
    Result<Done> remove_unfinished_swaps() {
        if (!lowest_cleaned_) return Done{};
        const auto is_unfinished = [this](const std::string& name) {
            const std::string final_name = *without(name, kSwapSuffix);
            return std::ranges::any_of(kSegmentSuffixes, [&](std::string_view suffix) {
                const auto base = parse_file_name(final_name, suffix);
                return base && *base >= *lowest_cleaned_;
            });
        };
        for (const std::string& name : swaps_) {
            if (!is_unfinished(name)) continue;
            if (auto done = files_.remove(path(name)); !done) return done;
        }
        std::erase_if(swaps_, is_unfinished);
        return files_.sync_directory(folder_);
    }

    Result<Done> drop_what_is_replaced_by(const std::string& name) {
        const auto base = parse_file_name(*without(name, kSwapSuffix), kLogSuffix);
        if (!base) return Done{};
        auto end = end_of(name, *base);
        if (!end) return end.error();
        for (const std::string& other : std::vector<std::string>(names_)) {
            const auto replaced = parse_file_name(other, kLogSuffix);
            if (!replaced || *replaced < *base || *replaced >= *end) continue;
            if (auto done = drop(other); !done) return done;
        }
        return Done{};
    }

    Result<Done> take_over(const std::string& name, const std::string& final_name) {
        if (auto done = files_.rename(path(name), path(final_name)); !done) return done;
        std::erase(names_, final_name);
        names_.push_back(final_name);
        found_.changed = true;
        return Done{};
    }

    Result<Done> drop(const std::string& name) {
        std::string deleted = path(name) + std::string(kDeletedSuffix);
        if (auto done = files_.rename(path(name), deleted); !done) return done;
        std::erase(names_, name);
        found_.removals.push_back(std::move(deleted));
        found_.changed = true;
        return Done{};
    }

    Result<Offset> end_of(const std::string& name, Offset base) {
        auto file = files_.open(path(name), OpenMode::Read);
        if (!file) return file.error();
        auto size = (*file)->size();
        if (!size) return size.error();
        BatchCursor cursor(**file, 0, static_cast<std::uint32_t>(*size));
        Offset end = base.next();
        while (true) {
            auto header = cursor.next();
            if (!header) return header.error();
            if (!*header) return end;
            end = (*header)->next_offset();
        }
    }

    Result<Done> collect_segments() {
        std::ranges::sort(names_);
        for (const std::string& name : names_) {
            if (auto base = parse_file_name(name, kLogSuffix)) {
                found_.segments.push_back({.base_offset = *base});
            } else if (auto snapshot = parse_file_name(name, kSnapshotSuffix)) {
                found_.snapshots.push_back(*snapshot);
            }
        }
        for (const std::string& name : std::vector<std::string>(names_)) {
            for (const std::string_view suffix :
                 {kOffsetIndexSuffix, kTimeIndexSuffix, kTransactionIndexSuffix}) {
                const auto base = parse_file_name(name, suffix);
                if (base && !mark_index(*base, suffix)) {
                    if (auto done = drop(name); !done) return done;
                }
            }
        }
        return Done{};
    }

    bool mark_index(Offset base, std::string_view suffix) {
        const auto segment =
            std::ranges::lower_bound(found_.segments, base, {}, &SegmentFiles::base_offset);
        if (segment == found_.segments.end() || segment->base_offset != base) return false;
        segment->has_offset_index |= suffix == kOffsetIndexSuffix;
        segment->has_time_index |= suffix == kTimeIndexSuffix;
        segment->has_transaction_index |= suffix == kTransactionIndexSuffix;
        return true;
    }

    FileSystem& files_;
    const std::string& folder_;
    LogFolder found_;
    std::vector<std::string> names_;
    std::vector<std::string> swaps_;
    std::vector<std::string> cleaned_;
    std::optional<Offset> lowest_cleaned_;
};

}  // namespace

Result<LogFolder> tidy_log_folder(FileSystem& files, const std::string& folder) {
    return Tidier(files, folder).run();
}

}  // namespace kafka::storage
