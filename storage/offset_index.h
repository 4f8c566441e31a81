// `.index`: where in its segment a batch stands, for about every index.interval.bytes of log. An
// entry is eight bytes: the batch's last offset, relative to the segment's base offset, and the
// position of its first byte. Both only grow. Part of a Segment, on its thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "protocol/gen/types.h"
#include "storage/entry_file.h"

namespace kafka::storage {

class OffsetIndex {
  public:
    static constexpr std::size_t kEntryBytes = 8;

    struct Entry {
        Offset last_offset;
        std::uint32_t position = 0;

        bool operator==(const Entry&) const = default;
    };

    OffsetIndex(FileSystem& files, std::string path, Offset base_offset);

    Result<Done> load() { return entries_.load(); }
    std::size_t count() const { return entries_.count(); }
    void append(const Entry& entry);
    Result<Entry> at(std::size_t i) const;
    Result<std::optional<Entry>> last() const;
    // The last entry whose offset is at or below `offset`: the search starts at its position.
    Result<std::optional<Entry>> floor(Offset offset) const;
    // The last entry at or before `position`.
    Result<std::optional<Entry>> floor_position(std::uint32_t position) const;
    // The first entry at or after `position`.
    Result<std::optional<Entry>> ceiling_position(std::uint32_t position) const;
    // Drops the entries of batches that reach to or beyond `end`.
    Result<Done> truncate_to(Offset end);
    Result<Done> clear() { return entries_.truncate(0); }

    EntryFile& entries() { return entries_; }
    const EntryFile& entries() const { return entries_; }

  private:
    Result<std::optional<Entry>> entry_before(Result<std::size_t> found) const;

    EntryFile entries_;
    Offset base_offset_;
};

}  // namespace kafka::storage
