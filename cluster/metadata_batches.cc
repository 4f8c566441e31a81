#include "cluster/metadata_batches.h"

#include <utility>

#include "base/check.h"
#include "protocol/encoder.h"
#include "protocol/gen/control_records.h"
#include "protocol/record_batch_builder.h"
#include "protocol/record_batch_control.h"
#include "protocol/record_reader.h"

namespace kafka::cluster {
namespace {

BatchOptions options_for(const BatchPlace& place, bool control) {
    BatchOptions options;
    options.base_offset = place.base_offset;
    options.partition_leader_epoch = place.epoch;
    options.control = control;
    return options;
}

template <class Message>
Bytes control_batch(ControlRecordType type, const Message& message, const BatchPlace& place) {
    Encoder value;
    encode(value, message, 0);
    CHECK(!value.failed(), "a control record can be encoded");
    const Bytes key = control_record_key(type);
    RecordToAppend record;
    record.timestamp = place.now;
    record.key = BytesView(key);
    record.value = value.bytes();
    RecordBatchBuilder builder(options_for(place, true));
    builder.append(record);
    return builder.build();
}

}  // namespace

Bytes data_batch(const std::vector<Bytes>& values, const BatchPlace& place) {
    RecordBatchBuilder builder(options_for(place, false));
    for (const Bytes& value : values) {
        RecordToAppend record;
        record.timestamp = place.now;
        record.value = BytesView(value);
        builder.append(record);
    }
    return builder.build();
}

Bytes leader_change_batch(BrokerId leader, const BatchPlace& place) {
    LeaderChangeMessage message;
    message.leader_id = leader;
    message.voters.emplace_back().voter_id = leader;
    message.granting_voters.emplace_back().voter_id = leader;
    return control_batch(ControlRecordType::LeaderChange, message, place);
}

Bytes snapshot_header_batch(TimestampMs last_contained, const BatchPlace& place) {
    SnapshotHeaderRecord message;
    message.last_contained_log_timestamp = last_contained;
    return control_batch(ControlRecordType::SnapshotHeader, message, place);
}

Bytes snapshot_footer_batch(const BatchPlace& place) {
    return control_batch(ControlRecordType::SnapshotFooter, SnapshotFooterRecord{}, place);
}

Result<Done> records_in(const RecordBatchView& batch, MetadataRecords& records) {
    if (batch.is_control()) return Done{};
    RecordReader reader(batch);
    while (const RecordView* record = reader.next()) {
        if (!record->value) {
            return Error{ErrorCode::CORRUPT_MESSAGE, "a metadata record has no value"};
        }
        auto decoded = decode_record(*record->value);
        if (!decoded) return decoded.error();
        records.push_back(decoded.take());
    }
    if (reader.failed()) {
        return Error{ErrorCode::CORRUPT_MESSAGE, "a metadata batch is not what its header says"};
    }
    return Done{};
}

}  // namespace kafka::cluster
