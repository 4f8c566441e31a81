#include "storage/batch_validator_records.h"

#include <fmt/format.h>

#include <algorithm>

namespace kafka::storage {
namespace {

// Unlike Kafka: no more than this many records are told why. Its answer to a batch that unpacks to
// millions of bad records would take gigabytes.
constexpr std::size_t kMostErrorsListed = 10'000;

constexpr std::size_t kErrorsInMessage = 3;

}  // namespace

void RecordChecks::refuse(const Refused& record) {
    ++refused_;
    const bool keyless = rules_.compacted && record.key_bytes < 0;
    if (!keyless) bad_timestamps_ = true;
    if (errors_.size() == kMostErrorsListed) return;

    std::string message;
    if (keyless) {
        message =
            fmt::format("Compacted topic cannot accept message without key in topic partition {}",
                        rules_.partition);
    } else if (creates_time_ && record.timestamp != kNoTimestamp) {
        message = fmt::format(
            "Timestamp {} of message with offset {} is out of range. The timestamp should be "
            "within "
            "[{}, {}]",
            record.timestamp.value, record.offset_delta,
            wrapping_subtract(now_.value, rules_.timestamp_before_max_ms),
            wrapping_add(now_.value, rules_.timestamp_after_max_ms));
    } else {
        message = fmt::format(
            "Invalid timestamp type in message {}(offset={}, timestamp={}, key={} bytes, value={} "
            "bytes). Producer should not set timestamp type to LogAppendTime.",
            record.read_whole ? "DefaultRecord" : "PartialDefaultRecord", record.offset_delta,
            record.timestamp.value,
            record.read_whole ? std::max(record.key_bytes, 0) : record.key_bytes,
            record.read_whole ? std::max(record.value_bytes, 0) : record.value_bytes);
    }
    errors_.push_back({index_, std::move(message)});
}

InvalidBatch RecordChecks::errors() const {
    if (bad_timestamps_) {
        return {ErrorCode::INVALID_TIMESTAMP,
                "One or more records have been rejected due to invalid timestamp", errors_};
    }
    std::string first;
    for (std::size_t i = 0; i < std::min(errors_.size(), kErrorsInMessage); ++i) {
        first += fmt::format("{}RecordError(batchIndex={}, message='{}')", i == 0 ? "" : ", ",
                             errors_[i].batch_index, errors_[i].message);
    }
    return {
        ErrorCode::INVALID_RECORD,
        fmt::format("One or more records have been rejected due to {} record errors in total, and "
                    "only showing the first three errors at most: [{}]",
                    refused_, first),
        errors_};
}

}  // namespace kafka::storage
