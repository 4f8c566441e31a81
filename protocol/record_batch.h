// A record batch (magic 2) as bytes: accessors that decode on demand, setters that patch in place.
// Views own nothing and are as cheap as a span; whoever holds the bytes decides about threads.
//
// A view may stand on the header alone (61 bytes, enough to scan a log); what needs the records
// says so. None of the accessors trusts the bytes: whether they make sense is for
// storage/batch_validator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "protocol/compression.h"
#include "protocol/gen/types.h"

namespace kafka {

enum class TimestampType : std::uint8_t { CreateTime = 0, LogAppendTime = 1 };

inline constexpr TimestampMs kNoTimestamp{-1};
inline constexpr Sequence kNoSequence{-1};
inline constexpr ProducerId kNoProducerId{-1};
inline constexpr ProducerEpoch kNoProducerEpoch{-1};
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};
inline constexpr std::int8_t kRecordBatchMagic = 2;

// Sums of what a sender chose freely: they wrap, as in Java, where the language would leave them
// undefined.
constexpr std::int64_t wrapping_add(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

// Where each field of the header stands.
namespace batch_layout {
inline constexpr std::size_t kBaseOffset = 0;
inline constexpr std::size_t kLength = 8;  // of what follows this field
inline constexpr std::size_t kPartitionLeaderEpoch = 12;
inline constexpr std::size_t kMagic = 16;
inline constexpr std::size_t kCrc = 17;
inline constexpr std::size_t kAttributes = 21;  // the checksum covers from here to the end
inline constexpr std::size_t kLastOffsetDelta = 23;
inline constexpr std::size_t kBaseTimestamp = 27;
inline constexpr std::size_t kMaxTimestamp = 35;
inline constexpr std::size_t kProducerId = 43;
inline constexpr std::size_t kProducerEpoch = 51;
inline constexpr std::size_t kBaseSequence = 53;
inline constexpr std::size_t kRecordCount = 57;
inline constexpr std::size_t kRecords = 61;

inline constexpr std::size_t kHeaderBytes = kRecords;
inline constexpr std::size_t kLengthEnd = kPartitionLeaderEpoch;
inline constexpr std::size_t kMagicEnd = kCrc;

inline constexpr std::int16_t kCompressionMask = 0x07;
inline constexpr std::int16_t kLogAppendTimeBit = 0x08;
inline constexpr std::int16_t kTransactionalBit = 0x10;
inline constexpr std::int16_t kControlBit = 0x20;
inline constexpr std::int16_t kDeleteHorizonBit = 0x40;
}  // namespace batch_layout

// Sequences are 31 bits wide and wrap from 2^31 - 1 to 0.
Sequence sequence_plus(Sequence sequence, std::int32_t distance);
Sequence sequence_minus(Sequence sequence, std::int32_t distance);

class RecordBatchView {
  public:
    // `bytes` start at a batch and hold at least its header; they may go on after it.
    explicit RecordBatchView(BytesView bytes);

    Offset base_offset() const { return {get<std::int64_t>(batch_layout::kBaseOffset)}; }
    Offset last_offset() const { return {wrapping_add(base_offset().value, last_offset_delta())}; }
    Offset next_offset() const { return {wrapping_add(last_offset().value, 1)}; }
    LeaderEpoch partition_leader_epoch() const {
        return {get<std::int32_t>(batch_layout::kPartitionLeaderEpoch)};
    }
    std::int8_t magic() const { return get<std::int8_t>(batch_layout::kMagic); }
    std::uint32_t crc() const { return get<std::uint32_t>(batch_layout::kCrc); }
    std::int32_t last_offset_delta() const {
        return get<std::int32_t>(batch_layout::kLastOffsetDelta);
    }
    TimestampMs base_timestamp() const { return {get<std::int64_t>(batch_layout::kBaseTimestamp)}; }
    TimestampMs max_timestamp() const { return {get<std::int64_t>(batch_layout::kMaxTimestamp)}; }
    ProducerId producer_id() const { return {get<std::int64_t>(batch_layout::kProducerId)}; }
    ProducerEpoch producer_epoch() const {
        return {get<std::int16_t>(batch_layout::kProducerEpoch)};
    }
    Sequence base_sequence() const { return {get<std::int32_t>(batch_layout::kBaseSequence)}; }
    // kNoSequence for a batch without one.
    Sequence last_sequence() const;
    std::int32_t record_count() const { return get<std::int32_t>(batch_layout::kRecordCount); }

    std::int16_t attributes() const { return get<std::int16_t>(batch_layout::kAttributes); }
    // The time of a record of this batch: the broker's, or the producer's.
    TimestampMs record_timestamp(std::int64_t timestamp_delta_ms) const {
        if (timestamp_type() == TimestampType::LogAppendTime) return max_timestamp();
        return {wrapping_add(base_timestamp().value, timestamp_delta_ms)};
    }
    // The three bits of the codec, which may name none that exists.
    std::optional<CompressionType> compression() const;
    TimestampType timestamp_type() const {
        return has(batch_layout::kLogAppendTimeBit) ? TimestampType::LogAppendTime
                                                    : TimestampType::CreateTime;
    }
    bool is_transactional() const { return has(batch_layout::kTransactionalBit); }
    bool is_control() const { return has(batch_layout::kControlBit); }
    // When compaction may drop the batch's tombstones; the base timestamp holds it then.
    std::optional<TimestampMs> delete_horizon() const;
    bool has_producer_id() const { return producer_id() > kNoProducerId; }

    // As the length field says, header included; may be more than there is.
    std::size_t size_in_bytes() const;
    bool is_whole() const { return size_in_bytes() <= bytes_.size(); }
    // The next three need a whole batch.
    BytesView bytes() const;
    BytesView records() const;  // still compressed, if they are
    bool crc_matches() const;

  protected:
    template <class T>
    T get(std::size_t at) const {
        return load_be<T>(bytes_.data() + at);
    }

  private:
    bool has(std::int16_t bit) const { return (attributes() & bit) != 0; }

    BytesView bytes_;
};

// The few fields that a broker may change in a batch it was given.
class MutableRecordBatch : public RecordBatchView {
  public:
    explicit MutableRecordBatch(MutableBytes bytes) : RecordBatchView(bytes), writable_(bytes) {}

    // Not covered by the checksum.
    void set_base_offset(Offset offset);
    void set_partition_leader_epoch(LeaderEpoch epoch);
    // Covered by it: the checksum is computed anew, unless nothing changes.
    void set_max_timestamp(TimestampType type, TimestampMs max_timestamp);

  private:
    void update_crc();

    MutableBytes writable_;
};

// Walks the batches of `bytes`, from first to last. Ends before a batch that is cut short or whose
// length or magic cannot be: position() tells where, at_end() whether every byte was used.
class RecordBatchReader {
  public:
    explicit RecordBatchReader(BytesView bytes) : bytes_(bytes) {}

    std::optional<RecordBatchView> next();
    std::size_t position() const { return position_; }
    bool at_end() const { return position_ == bytes_.size(); }

  private:
    BytesView bytes_;
    std::size_t position_ = 0;
};

}  // namespace kafka
