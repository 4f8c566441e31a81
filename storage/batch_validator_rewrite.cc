#include "storage/batch_validator_rewrite.h"

#include <algorithm>

#include "base/varint.h"
#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"
#include "storage/batch_validator_records.h"

namespace kafka::storage {
namespace {

// Codecs are called with about this much at a time.
constexpr std::size_t kPieceBytes = 64 * 1024;

// The records of the new batch on their way through the codec. Keeps no more than the biggest batch
// that may be appended: what grows beyond it is only remembered to be too large.
class NewRecords {
  public:
    NewRecords(Compression compression, std::size_t most_bytes)
        : compressor_(make_compressor(compression)),
          most_bytes_(std::max(most_bytes, batch_layout::kHeaderBytes)),
          batch_(batch_layout::kHeaderBytes) {}

    bool too_large() const { return batch_.size() > most_bytes_; }

    void append(const RecordView& record, std::int32_t offset_delta,
                std::int64_t timestamp_delta_ms) {
        if (too_large()) return;
        constexpr std::size_t kAttributeBytes = 1;
        const std::size_t body_bytes = kAttributeBytes + varlong_size(timestamp_delta_ms) +
                                       varint_size(offset_delta) + record.content.size();
        append_varint(waiting_, static_cast<std::int32_t>(body_bytes));
        waiting_.push_back(0);  // attributes: none is in use
        append_varlong(waiting_, timestamp_delta_ms);
        append_varint(waiting_, offset_delta);
        for (BytesView rest = record.content; !rest.empty() && !too_large();) {
            const BytesView piece = rest.first(std::min(rest.size(), kPieceBytes));
            waiting_.insert(waiting_.end(), piece.begin(), piece.end());
            rest = rest.subspan(piece.size());
            if (waiting_.size() >= kPieceBytes) compress();
        }
    }

    Bytes finish() {
        compress();
        if (!too_large()) compressor_->finish(batch_);
        return std::move(batch_);
    }

  private:
    void compress() {
        if (!too_large()) compressor_->write(waiting_, batch_);
        waiting_.clear();
    }

    std::unique_ptr<Compressor> compressor_;
    std::size_t most_bytes_;
    Bytes batch_;    // room for the header, then what the codec has given
    Bytes waiting_;  // not yet given to the codec
};

BatchOptions options_like(const RecordBatchView& batch, const BatchRules& rules) {
    BatchOptions options;
    options.base_offset = batch.base_offset();
    options.partition_leader_epoch = batch.partition_leader_epoch();
    options.compression = *rules.compression;
    options.timestamp_type = rules.timestamp_type;
    options.producer_id = batch.producer_id();
    options.producer_epoch = batch.producer_epoch();
    options.base_sequence = batch.base_sequence();
    options.transactional = batch.is_transactional();
    options.control = batch.is_control();
    return options;
}

std::int32_t size_of(const std::optional<BytesView>& bytes) {
    return bytes ? static_cast<std::int32_t>(bytes->size()) : -1;
}

InvalidBatch invalid(ErrorCode code) { return {code, std::nullopt, {}}; }

}  // namespace

BatchValidation rewrite_batch(const RecordBatchView& batch, const BatchRules& rules,
                              TimestampMs now) {
    RecordChecks checks(batch, rules, now);
    NewRecords records(*rules.compression, static_cast<std::size_t>(rules.max_message_bytes));
    RecordReader reader(batch);
    BatchSummary summary;
    // As in Kafka, which takes either of these from a producer, and does not write it itself: a
    // transaction of nobody, a time before time -1.
    bool writable = !batch.is_transactional() || batch.producer_id() >= ProducerId{0};
    while (const RecordView* record = reader.next()) {
        checks.record(record->timestamp_delta_ms, size_of(record->key), size_of(record->value),
                      record->offset_delta, true);
        if (!checks.all_passed()) continue;
        const TimestampMs timestamp = reader.timestamp_of(*record);
        writable &= timestamp.value >= -1;
        if (summary.record_count == 0) summary.base_timestamp = timestamp;
        // The place in the batch is the offset, whatever delta the producer wrote: as in Kafka.
        records.append(*record, summary.record_count++,
                       wrapping_subtract(timestamp.value, summary.base_timestamp.value));
    }
    if (reader.failed()) {
        return invalid(reader.damaged() ? ErrorCode::UNKNOWN_SERVER_ERROR
                                        : ErrorCode::INVALID_RECORD);
    }
    if (!checks.all_passed()) return checks.errors();
    if (!writable) return invalid(ErrorCode::UNKNOWN_SERVER_ERROR);

    Bytes rewritten = records.finish();
    if (std::cmp_greater(rewritten.size(), rules.max_message_bytes)) {
        return invalid(ErrorCode::MESSAGE_TOO_LARGE);
    }
    if (std::cmp_greater(rewritten.size(), rules.segment_bytes)) {
        return invalid(ErrorCode::RECORD_LIST_TOO_LARGE);
    }

    summary.last_offset_delta = summary.record_count - 1;
    const bool broker_sets_time = rules.timestamp_type == TimestampType::LogAppendTime;
    summary.max_timestamp = broker_sets_time ? now : checks.max_timestamp();
    write_batch_header(rewritten, options_like(batch, rules), summary);

    ValidBatch valid;
    valid.size_in_bytes = rewritten.size();
    valid.record_count = summary.record_count;
    valid.last_offset_delta = summary.last_offset_delta;
    valid.max_timestamp = summary.max_timestamp;
    valid.max_timestamp_offset_delta =
        broker_sets_time ? summary.last_offset_delta : checks.max_timestamp_index();
    valid.replacement = std::move(rewritten);
    return valid;
}

}  // namespace kafka::storage
