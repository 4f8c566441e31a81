#include "storage/offset_index.h"

#include <utility>

namespace kafka::storage {

OffsetIndex::OffsetIndex(FileSystem& files, std::string path, Offset base_offset)
    : entries_(files, std::move(path), kEntryBytes), base_offset_(base_offset) {}

void OffsetIndex::append(const Entry& entry) {
    std::uint8_t bytes[kEntryBytes];
    store_be(bytes, static_cast<std::int32_t>(entry.last_offset - base_offset_));
    store_be(bytes + 4, entry.position);
    entries_.append(bytes);
}

Result<OffsetIndex::Entry> OffsetIndex::at(std::size_t i) const {
    std::uint8_t bytes[kEntryBytes];
    if (auto done = entries_.read(i, bytes); !done) return done.error();
    return Entry{base_offset_ + load_be<std::int32_t>(bytes), load_be<std::uint32_t>(bytes + 4)};
}

Result<std::optional<OffsetIndex::Entry>> OffsetIndex::entry_before(
    Result<std::size_t> found) const {
    if (!found) return found.error();
    if (*found == 0) return std::optional<Entry>();
    auto entry = at(*found - 1);
    if (!entry) return entry.error();
    return std::optional<Entry>(*entry);
}

Result<std::optional<OffsetIndex::Entry>> OffsetIndex::last() const {
    return entry_before(entries_.count());
}

Result<std::optional<OffsetIndex::Entry>> OffsetIndex::floor(Offset offset) const {
    const std::int64_t relative = offset - base_offset_;
    return entry_before(entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::int32_t>(entry) <= relative; }));
}

Result<std::optional<OffsetIndex::Entry>> OffsetIndex::floor_position(
    std::uint32_t position) const {
    return entry_before(entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::uint32_t>(entry + 4) <= position; }));
}

Result<std::optional<OffsetIndex::Entry>> OffsetIndex::ceiling_position(
    std::uint32_t position) const {
    auto found = entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::uint32_t>(entry + 4) < position; });
    if (!found) return found.error();
    if (*found == count()) return std::optional<Entry>();
    auto entry = at(*found);
    if (!entry) return entry.error();
    return std::optional<Entry>(*entry);
}

Result<Done> OffsetIndex::truncate_to(Offset end) {
    const std::int64_t relative = end - base_offset_;
    auto keep = entries_.partition_point(
        [&](const std::uint8_t* entry) { return load_be<std::int32_t>(entry) < relative; });
    if (!keep) return keep.error();
    return entries_.truncate(*keep);
}

}  // namespace kafka::storage
