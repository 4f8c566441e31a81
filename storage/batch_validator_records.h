// The checks that each record of a produced batch has to pass, and what they find out about the
// batch. Used by batch_validator only; lives on one thread for the time of one batch.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/record_batch.h"
#include "storage/batch_validator.h"

namespace kafka::storage {

class RecordChecks {
  public:
    RecordChecks(const RecordBatchView& batch, const BatchRules& rules, TimestampMs now)
        : rules_(rules),
          base_timestamp_(batch.base_timestamp()),
          max_timestamp_of_batch_(batch.max_timestamp()),
          now_(now),
          creates_time_(rules.timestamp_type == TimestampType::CreateTime),
          set_by_broker_(batch.timestamp_type() == TimestampType::LogAppendTime) {}

    // A record at the next place in the batch. Sizes below zero mean null. `read_whole` only shows
    // in the error message, which names the class that Kafka would have used.
    void record(std::int64_t timestamp_delta_ms, std::int32_t key_bytes, std::int32_t value_bytes,
                std::int32_t offset_delta, bool read_whole) {
        const TimestampMs timestamp =
            set_by_broker_ ? max_timestamp_of_batch_
                           : TimestampMs{wrapping_add(base_timestamp_.value, timestamp_delta_ms)};
        if (is_refused(timestamp, key_bytes)) {
            refuse({timestamp, key_bytes, value_bytes, offset_delta, read_whole});
        } else if (timestamp > max_timestamp_) {
            max_timestamp_ = timestamp;
            max_timestamp_index_ = index_;
        }
        in_order_ &= offset_delta == index_;
        ++index_;
    }

    bool all_passed() const { return refused_ == 0; }
    // The offset deltas were 0, 1, 2 …
    bool in_order() const { return in_order_; }
    InvalidBatch errors() const;

    // Of the records that passed; kNoTimestamp and 0 when none is later than that.
    TimestampMs max_timestamp() const { return max_timestamp_; }
    std::int32_t max_timestamp_index() const { return max_timestamp_index_; }

  private:
    struct Refused {
        TimestampMs timestamp;
        std::int32_t key_bytes;
        std::int32_t value_bytes;
        std::int32_t offset_delta;
        bool read_whole;
    };

    bool out_of_range(TimestampMs timestamp) const {
        const std::int64_t age_ms = wrapping_subtract(now_.value, timestamp.value);
        return age_ms > rules_.timestamp_before_max_ms || age_ms < -rules_.timestamp_after_max_ms;
    }
    bool is_refused(TimestampMs timestamp, std::int32_t key_bytes) const {
        if (rules_.compacted && key_bytes < 0) return true;
        if (creates_time_ && timestamp != kNoTimestamp) return out_of_range(timestamp);
        return set_by_broker_;
    }
    void refuse(const Refused& record);

    const BatchRules& rules_;
    // Of the header, decoded once: this runs for every record.
    const TimestampMs base_timestamp_;
    const TimestampMs max_timestamp_of_batch_;
    const TimestampMs now_;
    const bool creates_time_;
    const bool set_by_broker_;
    TimestampMs max_timestamp_ = kNoTimestamp;
    std::int32_t max_timestamp_index_ = 0;
    std::int32_t index_ = 0;
    std::int64_t refused_ = 0;
    bool bad_timestamps_ = false;
    bool in_order_ = true;
    std::vector<RecordError> errors_;
};

}  // namespace kafka::storage
