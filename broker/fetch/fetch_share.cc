#include "broker/fetch/fetch_share.h"

#include <algorithm>
#include <utility>

#include "cluster/image.h"

namespace kafka::broker {
namespace {

FetchOutcome failed(ErrorCode error) {
    FetchOutcome outcome;
    outcome.error = error;
    return outcome;
}

// The topic was there when the request was planned: it is led elsewhere, or was deleted meanwhile.
ErrorCode when_missing(const Shard& owner, const TopicIdPartition& partition) {
    return owner.image().topics.find(partition.topic_id) != nullptr
               ? ErrorCode::NOT_LEADER_OR_FOLLOWER
               : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
}

// The reader's last batch was of an epoch that ended earlier here, or that we never had: it has
// records that are not ours.
std::optional<storage::EpochEnd> find_divergence(const storage::Partition& partition,
                                                 const FetchAsk& ask) {
    if (ask.last_fetched_epoch < LeaderEpoch{0}) return std::nullopt;
    const storage::EpochEnd end = partition.end_of_epoch(ask.last_fetched_epoch);
    if (end.epoch >= ask.last_fetched_epoch && end.end_offset >= ask.fetch_offset) {
        return std::nullopt;
    }
    return end;
}

}  // namespace

FetchOutcome FetchShare::read_item(const storage::Partition* partition, const FetchItem& item,
                                   std::int64_t max_bytes, bool min_one_batch) const {
    if (partition == nullptr) return failed(when_missing(owner_, item.partition));
    const ErrorCode refused = partition->check_leader(item.ask.current_leader_epoch);
    if (refused != ErrorCode::NONE) return failed(refused);

    FetchOutcome outcome;
    if (auto diverging = find_divergence(*partition, item.ask)) {
        if (diverging->end_offset < Offset{0}) return failed(ErrorCode::OFFSET_OUT_OF_RANGE);
        outcome.diverging_epoch = diverging;
        outcome.high_watermark = partition->high_watermark();
        outcome.last_stable_offset = partition->last_stable_offset();
        outcome.log_start_offset = partition->log_start_offset();
        return outcome;
    }
    Result<storage::ReadResult> read = partition->read(
        item.ask.fetch_offset, std::max(max_bytes, std::int64_t{0}), min_one_batch, limit_);
    if (!read) return failed(read.error().code);
    // As in Kafka, where a negative size breaks the read, if there is something to read.
    const Offset end =
        limit_ == storage::ReadLimit::LastStable ? read->last_stable_offset : read->high_watermark;
    if (max_bytes < 0 && item.ask.fetch_offset < end) {
        return failed(ErrorCode::UNKNOWN_SERVER_ERROR);
    }
    outcome.high_watermark = read->high_watermark;
    outcome.last_stable_offset = read->last_stable_offset;
    outcome.log_start_offset = read->log_start_offset;
    outcome.records = std::move(read->records);
    outcome.aborted_transactions = std::move(read->aborted_transactions);
    return outcome;
}

void FetchShare::read() {
    storage::CachedReads reads;
    read_items();
    missing_ = reads.take_missing();
    if (!is_cold()) count_all();
}

void FetchShare::read_patiently() {
    missing_.clear();
    read_items();
    count_all();
}

void FetchShare::read_items() {
    bytes_ = 0;
    is_urgent_ = false;
    for (FetchItem& item : items_) {
        const std::int64_t left = bytes_ == 0 ? max_bytes_ : std::max(0L, max_bytes_ - bytes_);
        const std::int64_t limit = std::min<std::int64_t>(item.ask.max_bytes, left);
        item.outcome = read_item(owner_.find(item.partition), item, limit, bytes_ == 0);
        item.seen_high_watermark = item.outcome.high_watermark;
        item.seen_last_stable_offset = item.outcome.last_stable_offset;
        bytes_ += static_cast<std::int64_t>(item.outcome.records.size());
        is_urgent_ |= item.outcome.is_urgent();
    }
}

void FetchShare::count_all() {
    for (FetchItem& item : items_) {
        storage::Partition* const partition = owner_.find(item.partition);
        if (partition != nullptr) count(item, partition->traffic());
    }
}

void FetchShare::count(FetchItem& item, storage::Traffic& traffic) {
    if (!std::exchange(item.is_counted, true)) ++traffic.fetch_requests;
    if (item.outcome.error != ErrorCode::NONE) ++traffic.failed_fetch_requests;
    const auto size = static_cast<std::int64_t>(item.outcome.records.size());
    if (size <= item.counted_bytes) return;
    traffic.bytes_out += static_cast<std::uint64_t>(size - item.counted_bytes);
    item.counted_bytes = size;
}

bool FetchShare::has_news() const {
    return std::ranges::any_of(items_, [this](const FetchItem& item) {
        const storage::Partition* partition = owner_.find(item.partition);
        return partition == nullptr || partition->high_watermark() != item.seen_high_watermark ||
               partition->last_stable_offset() != item.seen_last_stable_offset;
    });
}

}  // namespace kafka::broker
