#include "protocol/record_batch.h"

#include <limits>

#include "base/check.h"
#include "base/crc32c.h"

namespace kafka {
namespace {
constexpr std::int64_t kSequences = std::int64_t{1} << 31;
}  // namespace

Sequence sequence_plus(Sequence sequence, std::int32_t distance) {
    return {static_cast<std::int32_t>((std::int64_t{sequence.value} + distance) % kSequences)};
}

Sequence sequence_minus(Sequence sequence, std::int32_t distance) {
    const std::int64_t difference = std::int64_t{sequence.value} - distance;
    return {static_cast<std::int32_t>(difference < 0 ? difference + kSequences : difference)};
}

RecordBatchView::RecordBatchView(BytesView bytes) : bytes_(bytes) {
    CHECK(bytes.size() >= batch_layout::kHeaderBytes, "a batch view stands on a whole header");
}

Sequence RecordBatchView::last_sequence() const {
    const Sequence first = base_sequence();
    return first == kNoSequence ? kNoSequence : sequence_plus(first, last_offset_delta());
}

std::optional<CompressionType> RecordBatchView::compression() const {
    const int codec = attributes() & batch_layout::kCompressionMask;
    if (codec > static_cast<int>(CompressionType::Zstd)) return std::nullopt;
    return static_cast<CompressionType>(codec);
}

std::optional<TimestampMs> RecordBatchView::delete_horizon() const {
    if (!has(batch_layout::kDeleteHorizonBit)) return std::nullopt;
    return base_timestamp();
}

std::size_t RecordBatchView::size_in_bytes() const {
    // A negative length becomes a size that no buffer has: the batch is then not whole.
    const auto length = get<std::uint32_t>(batch_layout::kLength);
    return batch_layout::kLengthEnd + std::size_t{length};
}

BytesView RecordBatchView::bytes() const {
    CHECK(is_whole(), "the whole batch is there");
    return bytes_.first(size_in_bytes());
}

BytesView RecordBatchView::records() const {
    CHECK(size_in_bytes() >= batch_layout::kHeaderBytes, "the length covers the header");
    return bytes().subspan(batch_layout::kRecords);
}

bool RecordBatchView::crc_matches() const {
    if (size_in_bytes() < batch_layout::kHeaderBytes) return false;
    return crc() == crc32c(bytes().subspan(batch_layout::kAttributes));
}

void MutableRecordBatch::set_base_offset(Offset offset) {
    store_be(writable_.data() + batch_layout::kBaseOffset, offset.value);
}

void MutableRecordBatch::set_partition_leader_epoch(LeaderEpoch epoch) {
    store_be(writable_.data() + batch_layout::kPartitionLeaderEpoch, epoch.value);
}

void MutableRecordBatch::set_max_timestamp(TimestampType type, TimestampMs new_max_timestamp) {
    if (type == timestamp_type() && new_max_timestamp == max_timestamp()) return;
    const int without_type = attributes() & ~batch_layout::kLogAppendTimeBit;
    const int type_bit = type == TimestampType::LogAppendTime ? batch_layout::kLogAppendTimeBit : 0;
    store_be(writable_.data() + batch_layout::kAttributes,
             static_cast<std::int16_t>(without_type | type_bit));
    store_be(writable_.data() + batch_layout::kMaxTimestamp, new_max_timestamp.value);
    update_crc();
}

void MutableRecordBatch::update_crc() {
    store_be(writable_.data() + batch_layout::kCrc,
             crc32c(bytes().subspan(batch_layout::kAttributes)));
}

std::optional<RecordBatchView> RecordBatchReader::next() {
    const BytesView rest = bytes_.subspan(position_);
    if (rest.size() < batch_layout::kHeaderBytes) return std::nullopt;
    const RecordBatchView batch(rest);
    const std::size_t size = batch.size_in_bytes();
    if (size < batch_layout::kHeaderBytes || size > rest.size()) return std::nullopt;
    if (batch.magic() != kRecordBatchMagic) return std::nullopt;
    position_ += size;
    return RecordBatchView(rest.first(size));
}

}  // namespace kafka
