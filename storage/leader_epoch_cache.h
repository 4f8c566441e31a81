// Which leader epoch began at which offset: the history that lets a client or a follower find where
// its log and ours part ways (KIP-101, KIP-320). One per partition, on the partition's shard. Pure
// memory: writing `leader-epoch-checkpoint` after a change is its owner's work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.h"
#include "protocol/gen/types.h"

namespace kafka::storage {

struct EpochEntry {
    LeaderEpoch epoch{-1};
    Offset start_offset{-1};

    bool operator==(const EpochEntry&) const = default;
};

// The answer of OffsetForLeaderEpoch; both -1 when nothing is known of the epoch.
struct EpochEnd {
    LeaderEpoch epoch{-1};
    Offset end_offset{-1};

    bool operator==(const EpochEnd&) const = default;
};

class LeaderEpochCache {
  public:
    // Says that the batches from `start_offset` on belong to `epoch`. Entries that contradict it
    // are dropped. True when the cache changed and the checkpoint has to be written.
    bool assign(LeaderEpoch epoch, Offset start_offset);

    std::optional<EpochEntry> latest() const;
    std::optional<EpochEntry> earliest() const;

    // The largest known epoch that is not above `requested`, and the offset where it ends.
    EpochEnd end_of_epoch(LeaderEpoch requested, Offset log_end_offset) const;

    // The log now ends at `end_offset` / starts at `start_offset`. True when the cache changed.
    bool truncate_from_end(Offset end_offset);
    bool truncate_from_start(Offset start_offset);
    void clear() { entries_.clear(); }

    const std::vector<EpochEntry>& entries() const { return entries_; }

    // The text of `leader-epoch-checkpoint`: version 0, a count, then "epoch start" a line.
    std::string to_text() const;
    static Result<LeaderEpochCache> from_text(std::string_view text);

  private:
    std::vector<EpochEntry> entries_;  // both fields grow strictly
};

}  // namespace kafka::storage
