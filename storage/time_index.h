// `.timeindex`: up to which offset no record is younger than a time. An entry is twelve bytes: the
// largest timestamp so far, and the last offset of the batch that brought it, relative to the
// segment's base offset. Both only grow. Part of a Segment, on its thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "protocol/gen/types.h"
#include "storage/entry_file.h"
#include "storage/record_scan.h"

namespace kafka::storage {

class TimeIndex {
  public:
    static constexpr std::size_t kEntryBytes = 12;

    TimeIndex(FileSystem& files, std::string path, Offset base_offset);

    Result<Done> load();
    std::size_t count() const { return entries_.count(); }
    // Nothing happens unless the time is beyond that of the last entry.
    void append(const TimestampAndOffset& entry);
    Result<TimestampAndOffset> at(std::size_t i) const;
    // Without a timestamp and offset when there is no entry.
    const TimestampAndOffset& last() const { return last_; }
    // The last entry at or before `timestamp`: no earlier batch can be as young as that.
    Result<std::optional<TimestampAndOffset>> floor(TimestampMs timestamp) const;
    Result<Done> truncate_to(Offset end);
    Result<Done> clear() { return truncate_to(base_offset_); }

    EntryFile& entries() { return entries_; }
    const EntryFile& entries() const { return entries_; }

  private:
    Result<Done> learn_last();

    EntryFile entries_;
    Offset base_offset_;
    TimestampAndOffset last_;
};

}  // namespace kafka::storage
