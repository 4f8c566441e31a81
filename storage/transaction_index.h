// `.txnindex`: the aborted transactions whose markers stand in a segment, in the order of the
// markers. Readers of committed records are told of those that reach into what they read, and drop
// their records. An entry is 34 bytes: version, producer id, first offset, offset of the marker,
// and the last stable offset that the marker led to; all of them grow but the first two.
//
// The file is made with its first entry: most segments have none. Part of a Segment, on its thread;
// compaction makes its own for the segments that it writes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/gen/types.h"
#include "storage/entry_file.h"

namespace kafka::storage {

struct AbortedTransaction {
    ProducerId producer_id;
    Offset first_offset;
    Offset last_offset;  // of the marker
    Offset last_stable_offset;

    bool operator==(const AbortedTransaction&) const = default;
};

class TransactionIndex {
  public:
    static constexpr std::size_t kEntryBytes = 34;

    TransactionIndex(FileSystem& files, std::string path);

    // Learns what the file holds. CORRUPT_MESSAGE when its end is not an entry.
    Result<Done> load();
    std::size_t count() const { return entries_.count(); }
    Result<AbortedTransaction> at(std::size_t i) const;

    // Nothing happens when the marker is in the index already, as when a log is replayed. After a
    // failure the entry waits in memory for the next write().
    Result<Done> append(const AbortedTransaction& transaction);
    Result<Done> write() { return entries_.write(); }
    // Adds those that a reader of [from, end) has to know. True when no later marker can matter to
    // it: there is no need to look into the next segment.
    Result<bool> collect(Offset from, Offset end, std::vector<AbortedTransaction>& into) const;

    // Drops the entries of markers at or after `end`.
    Result<Done> truncate_to(Offset end);
    Result<Done> clear();
    // Nothing more is appended, or only after load().
    Result<Done> seal() { return count() > 0 ? entries_.seal() : Done{}; }
    EntryFile& entries() { return entries_; }
    const EntryFile& entries() const { return entries_; }

  private:
    EntryFile entries_;
    Offset newest_marker_{-1};
};

}  // namespace kafka::storage
