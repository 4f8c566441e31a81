// ListOffsets in a partition: offsets by time and by special timestamps.
#include <algorithm>

#include "storage/partition.h"

namespace kafka::storage {
namespace {

// To scan on the thread that serves: about as long as a produced batch is checked.
constexpr std::size_t kCheapBytes = 64 << 10;

}  // namespace

bool OffsetLookup::is_cheap() const {
    return RecordBatchView(batch).compression() == CompressionType::None &&
           batch.size() <= kCheapBytes;
}

Result<std::optional<FoundOffset>> OffsetLookup::scan() const {
    const RecordBatchView view(batch);
    auto record = timestamp == timestamp::kMax ? find_record_with_max_timestamp(view)
                                               : find_record_at_or_after(view, timestamp, from);
    if (!record) return record.error();
    if (!*record) return std::optional<FoundOffset>();
    return std::optional<FoundOffset>(
        {(*record)->timestamp, (*record)->offset, view.partition_leader_epoch()});
}

Result<OffsetLookup> Partition::begin_lookup(TimestampMs timestamp, ReadLimit limit,
                                             Offset from) const {
    if (offline_) return offline_error();
    OffsetLookup lookup{.found = {}, .batch = {}, .timestamp = timestamp, .from = from};
    const auto epoch_of = [](std::optional<EpochEntry> entry) {
        return entry ? entry->epoch : kNoLeaderEpoch;
    };
    if (timestamp == timestamp::kLatest) {
        lookup.found = {kNoTimestamp, limit_offset(limit), epoch_of(epochs_.latest())};
        return lookup;
    }
    if (timestamp == timestamp::kEarliest || timestamp == timestamp::kEarliestLocal) {
        auto first = epochs_.earliest();
        if (first && first->start_offset > log_start_offset()) first.reset();
        lookup.found = {kNoTimestamp, log_start_offset(), epoch_of(first)};
        return lookup;
    }
    if (timestamp == timestamp::kLatestTiered) return lookup;

    lookup.from = std::max(from, log_start_offset());
    auto batch = timestamp == timestamp::kMax
                     ? log_->find_batch_with_max_timestamp()
                     : log_->find_batch_at_or_after(timestamp, lookup.from);
    if (!batch) return batch.error();
    lookup.batch = batch.take();
    return lookup;
}

FoundOffset Partition::finish_lookup(const FoundOffset& found, ReadLimit limit) const {
    return found.offset < limit_offset(limit) ? found : FoundOffset{};
}

Result<FoundOffset> Partition::find_offset(TimestampMs timestamp, ReadLimit limit) const {
    Offset from = log_start_offset();
    while (true) {
        auto lookup = begin_lookup(timestamp, limit, from);
        if (!lookup) return lookup.error();
        if (lookup->is_over()) return lookup->found;
        auto found = lookup->scan();
        if (!found) return found.error();
        if (*found) return finish_lookup(**found, limit);
        if (timestamp == timestamp::kMax) return FoundOffset{};
        from = lookup->next_offset();
    }
}

}  // namespace kafka::storage
