// The indexes on disk against the log files: an entry may be missing at the end of the last
// segment's, but none may be wrong, and a sealed segment's are complete.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "storage/file_names.h"
#include "storage/offset_index.h"
#include "storage/segment.h"
#include "storage/time_index.h"
#include "tests/storage/simulation/log_checks.h"

namespace kafka::storage {
namespace {

struct Stand {
    std::uint32_t position = 0;
    TimestampMs max_timestamp = kNoTimestamp;  // of this batch
    TimestampMs newest_so_far = kNoTimestamp;  // of all up to it
};
using Stands = std::map<Offset, Stand>;  // by last offset

Result<Stands> stands_of(FileSystem& files, const std::string& folder, Offset base) {
    auto bytes = read_file(files, file_path(folder, base, kLogSuffix));
    if (!bytes) return bytes.error();
    Stands stands;
    Stand stand;
    RecordBatchReader reader(*bytes);
    while (auto batch = reader.next()) {
        stand.max_timestamp = newest_record(*batch);
        stand.newest_so_far = std::max(stand.newest_so_far, stand.max_timestamp);
        stands[batch->last_offset()] = stand;
        stand.position = static_cast<std::uint32_t>(reader.position());
    }
    if (!reader.at_end()) return violation("a log file does not end with a batch");
    return stands;
}

Result<Done> check_segment(FileSystem& files, const std::string& folder, Offset base, bool sealed) {
    auto stands = stands_of(files, folder, base);
    if (!stands) return stands.error();
    OffsetIndex offsets(files, file_path(folder, base, kOffsetIndexSuffix), base);
    TimeIndex times(files, file_path(folder, base, kTimeIndexSuffix), base);
    if (auto done = offsets.load(); !done) return done;
    if (auto done = times.load(); !done) return done;

    TimestampMs indexed_until = kNoTimestamp;
    for (std::size_t i = 0; i < times.count(); ++i) {
        const TimestampAndOffset entry = *times.at(i);
        const auto stand = stands->find(entry.offset);
        if (stand == stands->end() || entry.timestamp <= indexed_until ||
            stand->second.max_timestamp != entry.timestamp ||
            stand->second.newest_so_far != entry.timestamp) {
            const bool is_there = stand != stands->end();
            const Stand what = is_there ? stand->second : Stand{};
            return violation(
                fmt::format("entry {} of {} of the time index of segment {} is wrong: {} at offset "
                            "{}, where {} "
                            "is, and {} before it",
                            i, times.count(), base.value, entry.timestamp.value, entry.offset.value,
                            what.max_timestamp.value, what.newest_so_far.value));
        }
        indexed_until = entry.timestamp;
    }
    std::optional<Stand> last;
    for (std::size_t i = 0; i < offsets.count(); ++i) {
        const OffsetIndex::Entry entry = *offsets.at(i);
        const auto stand = stands->find(entry.last_offset);
        if (stand == stands->end() || stand->second.position != entry.position ||
            (last && entry.position <= last->position)) {
            return violation(
                fmt::format("entry {} of the offset index of segment {} is wrong: {} at {}", i,
                            base.value, entry.last_offset.value, entry.position));
        }
        last = stand->second;
    }
    if (sealed && !stands->empty()) last = stands->rbegin()->second;
    if (last && indexed_until < last->newest_so_far) {
        return violation(fmt::format("the time index of segment {} ends at {}, before {}",
                                     base.value, indexed_until.value, last->newest_so_far.value));
    }
    return Done{};
}

}  // namespace

Result<Done> check_indexes(FileSystem& files, const std::string& folder) {
    auto entries = files.list(folder);
    if (!entries) return entries.error();
    std::vector<Offset> bases;
    for (const DirectoryEntry& entry : *entries) {
        if (const auto base = parse_file_name(entry.name, kLogSuffix)) bases.push_back(*base);
    }
    for (const Offset base : bases) {
        const bool sealed = base != bases.back();
        if (auto done = check_segment(files, folder, base, sealed); !done) return done;
    }
    return Done{};
}

}  // namespace kafka::storage
