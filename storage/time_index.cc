#include "storage/time_index.h"

#include <utility>

namespace kafka::storage {

TimeIndex::TimeIndex(FileSystem& files, std::string path, Offset base_offset)
    : entries_(files, std::move(path), kEntryBytes), base_offset_(base_offset) {}

Result<Done> TimeIndex::load() {
    if (auto done = entries_.load(); !done) return done;
    return learn_last();
}

Result<Done> TimeIndex::learn_last() {
    last_ = {};
    if (entries_.empty()) return Done{};
    auto entry = at(entries_.count() - 1);
    if (!entry) return entry.error();
    last_ = *entry;
    return Done{};
}

void TimeIndex::append(const TimestampAndOffset& entry) {
    if (entry.timestamp <= last_.timestamp) return;
    std::uint8_t bytes[kEntryBytes];
    store_be(bytes, entry.timestamp.value);
    store_be(bytes + 8, static_cast<std::int32_t>(entry.offset - base_offset_));
    entries_.append(bytes);
    last_ = entry;
}

Result<TimestampAndOffset> TimeIndex::at(std::size_t i) const {
    std::uint8_t bytes[kEntryBytes];
    if (auto done = entries_.read(i, bytes); !done) return done.error();
    return TimestampAndOffset{{load_be<std::int64_t>(bytes)},
                              base_offset_ + load_be<std::int32_t>(bytes + 8)};
}

Result<std::optional<TimestampAndOffset>> TimeIndex::floor(TimestampMs timestamp) const {
    auto found = entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::int64_t>(entry) <= timestamp.value; });
    if (!found) return found.error();
    if (*found == 0) return std::optional<TimestampAndOffset>();
    auto entry = at(*found - 1);
    if (!entry) return entry.error();
    return std::optional<TimestampAndOffset>(*entry);
}

Result<Done> TimeIndex::truncate_to(Offset end) {
    const std::int64_t relative = end - base_offset_;
    auto keep = entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::int32_t>(entry + 8) < relative; });
    if (!keep) return keep.error();
    if (auto done = entries_.truncate(*keep); !done) return done;
    return learn_last();
}

}  // namespace kafka::storage
