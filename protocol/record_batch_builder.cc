#include "protocol/record_batch_builder.h"

#include <algorithm>

#include "base/check.h"
#include "base/crc32c.h"
#include "base/varint.h"

namespace kafka {
namespace {

constexpr std::int32_t kNullLength = -1;

void append_bytes(Bytes& out, BytesView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_nullable(Bytes& out, const std::optional<BytesView>& bytes) {
    append_varint(out, bytes ? static_cast<std::int32_t>(bytes->size()) : kNullLength);
    if (bytes) append_bytes(out, *bytes);
}

BytesView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::size_t nullable_size(const std::optional<BytesView>& bytes) {
    if (!bytes) return varint_size(kNullLength);
    return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

std::size_t body_size(const RecordToAppend& record, std::int64_t timestamp_delta_ms,
                      std::int32_t offset_delta) {
    std::size_t size = 1 + varlong_size(timestamp_delta_ms) + varint_size(offset_delta) +
                       nullable_size(record.key) + nullable_size(record.value) +
                       varint_size(static_cast<std::int32_t>(record.headers.size()));
    for (const HeaderView& header : record.headers) {
        size += nullable_size(bytes_of(header.key)) + nullable_size(header.value);
    }
    return size;
}

std::int16_t attributes_of(const BatchOptions& options) {
    int attributes = static_cast<int>(options.compression.type);
    if (options.timestamp_type == TimestampType::LogAppendTime) {
        attributes |= batch_layout::kLogAppendTimeBit;
    }
    if (options.transactional) attributes |= batch_layout::kTransactionalBit;
    if (options.control) attributes |= batch_layout::kControlBit;
    if (options.delete_horizon) attributes |= batch_layout::kDeleteHorizonBit;
    return static_cast<std::int16_t>(attributes);
}

}  // namespace

RecordBatchBuilder::RecordBatchBuilder(BatchOptions options) : options_(options) {}

void RecordBatchBuilder::append(const RecordToAppend& record) {
    append_at(last_offset_delta_ + 1, record);
}

void RecordBatchBuilder::append_at(std::int32_t offset_delta, const RecordToAppend& record) {
    CHECK(offset_delta > last_offset_delta_, "offsets grow within a batch");
    if (record_count_ == 0) base_timestamp_ = record.timestamp;
    const std::int64_t timestamp_delta_ms = record.timestamp - base_timestamp_;

    append_varint(records_,
                  static_cast<std::int32_t>(body_size(record, timestamp_delta_ms, offset_delta)));
    records_.push_back(0);  // attributes: none is in use
    append_varlong(records_, timestamp_delta_ms);
    append_varint(records_, offset_delta);
    append_nullable(records_, record.key);
    append_nullable(records_, record.value);
    append_varint(records_, static_cast<std::int32_t>(record.headers.size()));
    for (const HeaderView& header : record.headers) {
        append_nullable(records_, bytes_of(header.key));
        append_nullable(records_, header.value);
    }
    ++record_count_;
    last_offset_delta_ = offset_delta;
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
}

Bytes RecordBatchBuilder::build() {
    Bytes batch(batch_layout::kHeaderBytes);
    const auto compressor = make_compressor(options_.compression);
    compressor->write(records_, batch);
    compressor->finish(batch);
    const BatchSummary summary{record_count_, last_offset_delta_, base_timestamp_, max_timestamp_};
    write_batch_header(batch, options_, summary);
    return batch;
}

void write_batch_header(Bytes& batch, const BatchOptions& options, const BatchSummary& summary) {
    CHECK(batch.size() >= batch_layout::kHeaderBytes, "room for the header comes first");
    std::uint8_t* to = batch.data();
    store_be(to + batch_layout::kBaseOffset, options.base_offset.value);
    store_be(to + batch_layout::kLength,
             static_cast<std::int32_t>(batch.size() - batch_layout::kLengthEnd));
    store_be(to + batch_layout::kPartitionLeaderEpoch, options.partition_leader_epoch.value);
    store_be(to + batch_layout::kMagic, kRecordBatchMagic);
    store_be(to + batch_layout::kAttributes, attributes_of(options));
    store_be(to + batch_layout::kLastOffsetDelta, summary.last_offset_delta);
    store_be(to + batch_layout::kBaseTimestamp, summary.base_timestamp.value);
    store_be(to + batch_layout::kMaxTimestamp, summary.max_timestamp.value);
    store_be(to + batch_layout::kProducerId, options.producer_id.value);
    store_be(to + batch_layout::kProducerEpoch, options.producer_epoch.value);
    store_be(to + batch_layout::kBaseSequence, options.base_sequence.value);
    store_be(to + batch_layout::kRecordCount, summary.record_count);
    store_be(to + batch_layout::kCrc, crc32c(BytesView(batch).subspan(batch_layout::kAttributes)));
}

}  // namespace kafka
