#include "storage/batch_validator.h"

#include <fmt/format.h>

#include <type_traits>

#include "protocol/record_outline.h"
#include "storage/batch_validator_records.h"
#include "storage/batch_validator_rewrite.h"

namespace kafka::storage {
namespace {

constexpr std::int16_t kFirstVersionWithZstd = 7;
// What may be done on a thread that serves many: half a millisecond or so.
constexpr std::size_t kPackedAtOnce = 64 << 10;
constexpr std::int64_t kUnpackedAtOnce = 512 << 10;
constexpr std::size_t kRewrittenAtOnce = 16 << 10;
constexpr std::int32_t kShortestLength = 14;  // of the oldest format, which Kafka measures all by

InvalidBatch invalid(ErrorCode code) { return {code, std::nullopt, {}}; }

InvalidBatch unfinished() {
    InvalidBatch batch;
    batch.unfinished = true;
    return batch;
}

bool takes_long(const RecordBatchView& batch, CompressionType codec, bool keeps_codec) {
    const bool plain = codec == CompressionType::None;
    if (!keeps_codec) return !plain || batch.size_in_bytes() > kRewrittenAtOnce;
    return !plain && batch.size_in_bytes() > kPackedAtOnce;
}

// What stands at the start of some bytes, as Kafka's reader of batches sees it.
struct Found {
    std::size_t size_in_bytes = 0;  // 0: no whole batch
    std::optional<InvalidBatch> error;
};

Found find_batch(BytesView bytes) {
    if (bytes.size() < batch_layout::kLengthEnd) return {};
    const auto length = load_be<std::int32_t>(bytes.data() + batch_layout::kLength);
    if (length < kShortestLength) {
        const auto message =
            fmt::format("Record size {} is less than the minimum record overhead ({})", length,
                        kShortestLength);
        return {0, InvalidBatch{ErrorCode::CORRUPT_MESSAGE, message, {}}};
    }
    if (bytes.size() < batch_layout::kMagicEnd) return {};
    const auto magic = load_be<std::int8_t>(bytes.data() + batch_layout::kMagic);
    if (magic < 0 || magic > kRecordBatchMagic) {
        const auto message = fmt::format("Invalid magic found in record: {}", magic);
        return {0, InvalidBatch{ErrorCode::CORRUPT_MESSAGE, message, {}}};
    }
    const std::size_t size = batch_layout::kLengthEnd + static_cast<std::size_t>(length);
    return {size <= bytes.size() ? size : 0, std::nullopt};
}

// Exactly one batch, of the format and codec that the request may carry. Fewer bytes after it than
// another batch needs are dropped.
std::optional<InvalidBatch> check_bytes(BytesView bytes, std::int16_t produce_version,
                                        std::size_t* size_in_bytes) {
    const Found first = find_batch(bytes);
    if (first.error) return first.error;
    if (first.size_in_bytes == 0) return invalid(ErrorCode::INVALID_RECORD);
    const auto magic = load_be<std::int8_t>(bytes.data() + batch_layout::kMagic);
    if (magic != kRecordBatchMagic) return invalid(ErrorCode::INVALID_RECORD);
    const Found second = find_batch(bytes.subspan(first.size_in_bytes));
    if (second.error) return invalid(ErrorCode::CORRUPT_MESSAGE);
    if (second.size_in_bytes > 0) return invalid(ErrorCode::INVALID_RECORD);
    if (first.size_in_bytes < batch_layout::kHeaderBytes)
        return invalid(ErrorCode::CORRUPT_MESSAGE);

    const RecordBatchView batch(bytes);
    if (batch.compression() == CompressionType::Zstd && produce_version < kFirstVersionWithZstd) {
        return invalid(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE);
    }
    *size_in_bytes = first.size_in_bytes;
    return std::nullopt;
}

// The header, in the order in which Kafka looks at it.
std::optional<InvalidBatch> check_header(const RecordBatchView& batch, const BatchRules& rules) {
    const bool from_client = rules.origin == AppendOrigin::Client;
    if (from_client && batch.base_offset() != Offset{0}) return invalid(ErrorCode::INVALID_RECORD);
    if (std::cmp_greater(batch.size_in_bytes(), rules.max_message_bytes)) {
        return invalid(ErrorCode::MESSAGE_TOO_LARGE);
    }
    if (!batch.crc_matches()) return invalid(ErrorCode::CORRUPT_MESSAGE);
    if (!batch.compression()) return invalid(ErrorCode::UNKNOWN_SERVER_ERROR);
    if (batch.record_count() <= 0) return invalid(ErrorCode::INVALID_RECORD);
    if (!from_client) return std::nullopt;

    if (batch.last_offset_delta() != batch.record_count() - 1) {
        return invalid(ErrorCode::INVALID_RECORD);
    }
    if (batch.is_control()) return invalid(ErrorCode::INVALID_RECORD);
    if (batch.has_producer_id() && batch.base_sequence().value < 0) {
        return invalid(ErrorCode::INVALID_RECORD);
    }
    return std::nullopt;
}

// `damaged` when the codec could not unpack the bytes.
template <class Source>
std::optional<InvalidBatch> check_records(const RecordBatchView& batch, Source source,
                                          RecordChecks& checks, bool* damaged) {
    constexpr bool kReadWhole = std::is_same_v<Source, PlainRecords>;
    // Bytes that no codec understands are Kafka's "unknown" error. It is the right one in that
    // CORRUPT_MESSAGE would make producers send them again.
    const auto refusal = [&] {
        *damaged = source.damaged();
        return invalid(*damaged ? ErrorCode::UNKNOWN_SERVER_ERROR : ErrorCode::INVALID_RECORD);
    };
    RecordOutline record;
    for (std::int32_t i = 0; i < batch.record_count(); ++i) {
        // Unlike Kafka: a compressed record whose parts do not add up to its length is refused too;
        // Kafka lets it in, and no consumer can read on from there.
        if (!read_outline(source, record)) return refusal();
        checks.record(record.timestamp_delta_ms, record.key_bytes, record.value_bytes,
                      record.offset_delta, kReadWhole);
    }
    if (!source.at_end()) return refusal();
    return std::nullopt;
}

std::optional<InvalidBatch> check_records(const RecordBatchView& batch, CompressionType codec,
                                          const BatchRules& rules, RecordChecks& checks) {
    bool damaged = false;
    if (codec == CompressionType::None) {
        return check_records(batch, PlainRecords(batch.records()), checks, &damaged);
    }
    const std::int64_t most =
        rules.bounded ? kUnpackedAtOnce : max_decompressed_bytes(batch.records().size());
    auto error =
        check_records(batch, PackedRecords(codec, batch.records(), most), checks, &damaged);
    // Bytes that make no sense, or only more of them than may be unpacked here.
    if (damaged && rules.bounded) return unfinished();
    return error;
}

ValidBatch set_timestamps(MutableRecordBatch batch, const BatchRules& rules, TimestampMs now,
                          const RecordChecks& checks) {
    ValidBatch valid;
    valid.size_in_bytes = batch.size_in_bytes();
    valid.record_count = batch.record_count();
    valid.last_offset_delta = batch.last_offset_delta();
    if (rules.timestamp_type == TimestampType::LogAppendTime) {
        valid.max_timestamp = now;
        valid.max_timestamp_offset_delta = valid.last_offset_delta;
    } else {
        valid.max_timestamp = checks.max_timestamp();
        valid.max_timestamp_offset_delta = checks.max_timestamp_index();
    }
    batch.set_max_timestamp(rules.timestamp_type, valid.max_timestamp);
    return valid;
}

}  // namespace

std::optional<InvalidBatch> check_produced_bytes(BytesView bytes, std::int16_t produce_version) {
    std::size_t size = 0;
    return check_bytes(bytes, produce_version, &size);
}

BatchValidation validate_batch(MutableBytes bytes, const BatchRules& rules, TimestampMs now) {
    std::size_t size = 0;
    if (auto error = check_bytes(bytes, rules.produce_version, &size)) return std::move(*error);
    MutableRecordBatch batch(bytes.first(size));
    if (auto error = check_header(batch, rules)) return std::move(*error);

    const CompressionType codec = *batch.compression();
    const bool keeps_codec = !rules.compression || rules.compression->type == codec ||
                             (batch.is_control() && codec == CompressionType::None);
    if (rules.bounded && takes_long(batch, codec, keeps_codec)) return unfinished();
    if (!keeps_codec) return rewrite_batch(batch, rules, now);

    RecordChecks checks(batch, rules, now);
    const bool plain = codec == CompressionType::None;
    if (auto error = check_records(batch, codec, rules, checks)) return std::move(*error);
    if (!checks.all_passed()) return checks.errors();
    // Kafka takes the offset deltas of plain records as they come, and fails on packed ones.
    if (!plain && !checks.in_order()) return invalid(ErrorCode::UNKNOWN_SERVER_ERROR);
    if (std::cmp_greater(size, rules.segment_bytes)) {
        return invalid(ErrorCode::RECORD_LIST_TOO_LARGE);
    }
    return set_timestamps(batch, rules, now, checks);
}

}  // namespace kafka::storage
