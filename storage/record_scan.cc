#include "storage/record_scan.h"

#include "protocol/record_reader.h"

namespace kafka::storage {
namespace {

using Found = std::optional<TimestampAndOffset>;

template <class Wanted>
Result<Found> find_first(const RecordBatchView& batch, Wanted wanted) {
    RecordReader reader(batch);
    while (const RecordView* record = reader.next()) {
        const TimestampAndOffset at{reader.timestamp_of(*record), reader.offset_of(*record)};
        if (wanted(at)) return Found(at);
    }
    if (reader.failed()) {
        return Error{ErrorCode::CORRUPT_MESSAGE,
                     "the batch at offset " + std::to_string(batch.base_offset().value) +
                         " does not hold the records that its header says"};
    }
    return Found();
}

}  // namespace

Result<Found> find_record_at_or_after(const RecordBatchView& batch, TimestampMs timestamp,
                                      Offset start_offset) {
    if (batch.max_timestamp() < timestamp || batch.last_offset() < start_offset) return Found();
    return find_first(batch, [&](const TimestampAndOffset& at) {
        return at.timestamp >= timestamp && at.offset >= start_offset;
    });
}

Result<Found> find_record_with_max_timestamp(const RecordBatchView& batch) {
    const TimestampMs max_timestamp = batch.max_timestamp();
    return find_first(batch,
                      [&](const TimestampAndOffset& at) { return at.timestamp == max_timestamp; });
}

}  // namespace kafka::storage
