#include "storage/compaction/batch_cleaner.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "base/varint.h"
#include "protocol/compression.h"
#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"

namespace kafka::storage {
namespace {

Error unreadable(const RecordBatchView& batch) {
    return {ErrorCode::CORRUPT_MESSAGE, "the batch at offset " +
                                            std::to_string(batch.base_offset().value) +
                                            " does not hold the records that its header says"};
}

BatchOptions options_like(const RecordBatchView& batch) {
    BatchOptions options;
    options.base_offset = batch.base_offset();
    options.partition_leader_epoch = batch.partition_leader_epoch();
    options.timestamp_type = batch.timestamp_type();
    options.producer_id = batch.producer_id();
    options.producer_epoch = batch.producer_epoch();
    options.base_sequence = batch.base_sequence();
    options.transactional = batch.is_transactional();
    options.control = batch.is_control();
    return options;
}

}  // namespace

// The last sequence of a producer stands in the header of its last batch, and its epoch there or in
// its last marker. Without them its next batch could not be judged after a restart.
bool BatchCleaner::is_last_of_producer(const RecordBatchView& batch) const {
    if (!batch.has_producer_id()) return false;
    const auto found = rules_.producers.find(batch.producer_id());
    if (found == rules_.producers.end()) return false;
    const LastOfProducer& last = found->second;
    if (last.last_offset >= Offset{0}) return batch.last_offset() == last.last_offset;
    return batch.is_control() && batch.producer_epoch() == last.epoch;
}

BatchCleaner::Verdict BatchCleaner::judge(const RecordBatchView& batch, bool keep_header) {
    Verdict verdict;
    verdict.keep_header = keep_header || is_last_of_producer(batch);
    if (!batch.is_control()) {
        verdict.discard_records = transactions_.is_aborted(batch);
        return verdict;
    }
    const TransactionFates::Marker marker = transactions_.marker(batch);
    if (marker.to_index) aborted_.push_back(*marker.to_index);
    const auto horizon = batch.delete_horizon();
    verdict.discard_records = !marker.is_needed && horizon && *horizon <= rules_.now;
    verdict.starts_horizon = !marker.is_needed && !horizon;
    return verdict;
}

// Reads the next record; false when there is none.
bool BatchCleaner::read_ahead(const RecordBatchView& batch, BytesView& rest, Ahead& ahead) const {
    const std::size_t size = read_record(rest, ahead.record);
    if (size == 0) return false;
    ahead.whole = rest.first(size);
    rest = rest.subspan(size);
    ahead.place.reset();
    const bool is_mapped = batch.base_offset() + ahead.record.offset_delta < rules_.keys_end;
    if (is_mapped && ahead.record.key && !batch.is_control()) {
        ahead.place = rules_.keys.place_of(*ahead.record.key);
        rules_.keys.prefetch(*ahead.place);
    }
    return true;
}

bool BatchCleaner::stays(const RecordBatchView& batch, const Ahead& ahead) const {
    if (batch.is_control()) return true;
    const Offset offset = batch.base_offset() + ahead.record.offset_delta;
    if (offset >= rules_.keys_end) return true;
    if (!ahead.place) return false;  // a record without a key
    const auto latest = rules_.keys.find(*ahead.place);
    if (latest && *latest > offset) return false;
    const auto horizon = batch.delete_horizon();
    return ahead.record.value || !horizon || rules_.now < *horizon;
}

Result<BytesView> BatchCleaner::unpack(const RecordBatchView& batch) {
    const auto codec = batch.compression();
    if (!codec) return unreadable(batch);
    if (*codec == CompressionType::None) return batch.records();
    unpacked_.clear();
    const auto decompressor = make_decompressor(*codec, batch.records());
    while (true) {
        const auto chunk = decompressor->next();
        if (!chunk) return chunk.error();
        if (chunk->empty()) return BytesView(unpacked_);
        unpacked_.insert(unpacked_.end(), chunk->begin(), chunk->end());
        if (std::cmp_greater(unpacked_.size(), max_decompressed_bytes(batch.size_in_bytes()))) {
            return unreadable(batch);
        }
    }
}

// Fills `kept_` with the records that stay.
Result<Done> BatchCleaner::sort_out(const RecordBatchView& batch) {
    auto unpacked = unpack(batch);
    if (!unpacked) return unpacked.error();
    BytesView rest = *unpacked;
    std::array<Ahead, KeyMap::kAhead> ahead;
    for (std::int32_t left = batch.record_count(); left > 0;) {
        const auto count = std::min(ahead.size(), static_cast<std::size_t>(left));
        left -= static_cast<std::int32_t>(count);
        for (std::size_t i = 0; i < count; ++i) {
            if (!read_ahead(batch, rest, ahead[i])) return unreadable(batch);
        }
        for (std::size_t i = 0; i < count; ++i) {
            const RecordView& record = ahead[i].record;
            if (!stays(batch, ahead[i])) {
                kept_all_ = false;
                continue;
            }
            kept_.push_back(
                {ahead[i].whole, record.content, record.timestamp_delta_ms, record.offset_delta});
            kept_tombstone_ |= !record.value;
        }
    }
    if (!rest.empty()) return unreadable(batch);
    return Done{};
}

Result<BatchCleaner::Outcome> BatchCleaner::clean(const RecordBatchView& batch, bool keep_header,
                                                  Bytes& out) {
    const Verdict verdict = judge(batch, keep_header);
    kept_.clear();
    kept_all_ = !verdict.discard_records;
    kept_tombstone_ = false;
    if (!verdict.discard_records) {
        if (auto done = sort_out(batch); !done) return done.error();
    }
    if (kept_.empty()) {
        if (!verdict.keep_header) return Outcome::Dropped;
        keep_only_header(batch, out);
        return batch.record_count() == 0 ? Outcome::Unchanged : Outcome::Changed;
    }
    // From when on they count is written into the batch when it is first met (KIP-534).
    const bool starts_horizon = horizon_exists() && (verdict.starts_horizon ||
                                                     (kept_tombstone_ && !batch.delete_horizon()));
    if (kept_all_ && !starts_horizon) {
        const BytesView bytes = batch.bytes();
        out.insert(out.end(), bytes.begin(), bytes.end());
        return Outcome::Unchanged;
    }
    rewrite(batch, starts_horizon, out);
    return Outcome::Changed;
}

// With the largest delete.retention.ms tombstones stay for ever, as in Kafka.
bool BatchCleaner::horizon_exists() const {
    constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t passed_ms = std::max<std::int64_t>(rules_.now.value, 0);
    return rules_.delete_retention_ms <= kLatest - passed_ms;
}

void BatchCleaner::rewrite(const RecordBatchView& batch, bool starts_horizon, Bytes& out) {
    BatchOptions options = options_like(batch);
    options.compression = with_default_level(*batch.compression());
    const auto horizon = starts_horizon ? rules_.now + rules_.delete_retention_ms
                                        : batch.delete_horizon().value_or(kNoTimestamp);
    options.delete_horizon = starts_horizon || batch.delete_horizon();
    BatchSummary summary;
    summary.record_count = static_cast<std::int32_t>(kept_.size());
    summary.last_offset_delta = batch.last_offset_delta();
    summary.base_timestamp =
        options.delete_horizon ? horizon : batch.record_timestamp(kept_.front().timestamp_delta_ms);
    records_.clear();
    for (const Kept& record : kept_) {
        const TimestampMs timestamp = batch.record_timestamp(record.timestamp_delta_ms);
        summary.max_timestamp = std::max(summary.max_timestamp, timestamp);
        const auto delta = wrapping_subtract(timestamp.value, summary.base_timestamp.value);
        if (delta == record.timestamp_delta_ms) {
            records_.insert(records_.end(), record.whole.begin(), record.whole.end());
            continue;
        }
        constexpr std::size_t kAttributeBytes = 1;
        const std::size_t body_bytes = kAttributeBytes + varlong_size(delta) +
                                       varint_size(record.offset_delta) + record.content.size();
        append_varint(records_, static_cast<std::int32_t>(body_bytes));
        records_.push_back(0);  // attributes: none is in use
        append_varlong(records_, delta);
        append_varint(records_, record.offset_delta);
        records_.insert(records_.end(), record.content.begin(), record.content.end());
    }
    rebuilt_.assign(batch_layout::kHeaderBytes, 0);
    const auto compressor = make_compressor(options.compression);
    compressor->write(records_, rebuilt_);
    compressor->finish(rebuilt_);
    write_batch_header(rebuilt_, options, summary);
    out.insert(out.end(), rebuilt_.begin(), rebuilt_.end());
}

void BatchCleaner::keep_only_header(const RecordBatchView& batch, Bytes& out) {
    rebuilt_.assign(batch_layout::kHeaderBytes, 0);
    const BatchSummary summary{.record_count = 0,
                               .last_offset_delta = batch.last_offset_delta(),
                               .base_timestamp = kNoTimestamp,
                               .max_timestamp = batch.max_timestamp()};
    write_batch_header(rebuilt_, options_like(batch), summary);
    out.insert(out.end(), rebuilt_.begin(), rebuilt_.end());
}

std::vector<AbortedTransaction> BatchCleaner::take_aborted() { return std::exchange(aborted_, {}); }

}  // namespace kafka::storage
