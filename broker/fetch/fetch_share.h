// The part of one fetch that one shard answers: which of its partitions are asked for, and what was
// read of them. Filled by the request's shard, read by the owning one; only one of them has it at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/fetch/fetch_session.h"
#include "broker/shard.h"
#include "broker/topic_partition.h"
#include "protocol/gen/error_code.h"
#include "protocol/records.h"
#include "storage/cached_reads.h"
#include "storage/leader_epoch_cache.h"
#include "storage/partition.h"

namespace kafka::broker {

struct FetchOutcome {
    ErrorCode error = ErrorCode::NONE;
    Offset high_watermark{-1};
    Offset last_stable_offset{-1};
    Offset log_start_offset{-1};
    Records records;
    // For readers of committed records: whose records they have to drop.
    std::vector<storage::AbortedTransaction> aborted_transactions;
    // Where the reader's log left ours (KIP-595); it truncates there, and gets no records.
    std::optional<storage::EpochEnd> diverging_epoch;

    // Such an answer does not wait for more records.
    bool is_urgent() const { return error != ErrorCode::NONE || diverging_epoch.has_value(); }
};

struct FetchItem {
    std::size_t place = 0;  // of the partition in the request
    TopicIdPartition partition;
    FetchAsk ask{};
    FetchOutcome outcome{};
    // Of the last read; what a log has beyond them is news.
    Offset seen_high_watermark{-1};
    Offset seen_last_stable_offset{-1};
    // What the partition's traffic has of this item already: a parked fetch is read several times.
    bool is_counted = false;
    std::int64_t counted_bytes = 0;
};

class FetchShare {
  public:
    FetchShare(Shard& owner, std::int64_t max_bytes, storage::ReadLimit limit)
        : owner_(owner), max_bytes_(max_bytes), limit_(limit) {}

    Shard& owner() const { return owner_; }
    storage::ReadLimit limit() const { return limit_; }
    void add(FetchItem item) { items_.push_back(std::move(item)); }
    std::vector<FetchItem>& items() { return items_; }

    // On the owner. Reads every item anew, `max_bytes` in all; the first batch found comes whatever
    // its size (KIP-74). Does not wait for the disk: where it would have to, the share is cold, and
    // is to be read again when what is missing has been fetched.
    void read();
    // The same, waiting for the disk.
    void read_patiently();
    // Some of its items have no outcome: the pages to find their records by are not cached.
    bool is_cold() const { return !missing_.empty(); }
    const std::vector<storage::MissingPages>& missing() const { return missing_; }
    // On the owner. Has an item moved since the last read?
    bool has_news() const;

    // Of the last read.
    std::int64_t bytes() const { return bytes_; }
    bool is_urgent() const { return is_urgent_ || is_cold(); }

  private:
    void read_items();
    void count_all();
    FetchOutcome read_item(const storage::Partition* partition, const FetchItem& item,
                           std::int64_t max_bytes, bool min_one_batch) const;
    static void count(FetchItem& item, storage::Traffic& traffic);

    Shard& owner_;
    const std::int64_t max_bytes_;
    const storage::ReadLimit limit_;
    std::vector<FetchItem> items_;
    std::int64_t bytes_ = 0;
    bool is_urgent_ = false;
    std::vector<storage::MissingPages> missing_;
};

}  // namespace kafka::broker
