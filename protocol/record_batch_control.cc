#include "protocol/record_batch_control.h"

#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"

namespace kafka {
namespace {

constexpr std::int16_t kKeyVersion = 0;
constexpr std::int16_t kMarkerVersion = 0;
constexpr std::size_t kKeyBytes = 4;     // version, type
constexpr std::size_t kMarkerBytes = 6;  // version, coordinator epoch

bool is_marker(ControlRecordType type) {
    return type == ControlRecordType::Abort || type == ControlRecordType::Commit;
}

}  // namespace

std::optional<ControlRecordType> control_record_type(BytesView key) {
    if (key.size() < kKeyBytes || load_be<std::int16_t>(key.data()) < kKeyVersion) return {};
    const auto type = load_be<std::int16_t>(key.data() + sizeof kKeyVersion);
    if (type < 0 || type > static_cast<std::int16_t>(ControlRecordType::KRaftVoters)) return {};
    return static_cast<ControlRecordType>(type);
}

Bytes control_record_key(ControlRecordType type) {
    Bytes key(kKeyBytes);
    store_be(key.data(), kKeyVersion);
    store_be(key.data() + sizeof kKeyVersion, static_cast<std::int16_t>(type));
    return key;
}

std::optional<TransactionMarker> transaction_marker_in(const RecordBatchView& batch) {
    if (!batch.is_control()) return {};
    RecordReader records(batch);
    const RecordView* record = records.next();
    if (record == nullptr || !record->key || !record->value) return {};
    const std::optional<ControlRecordType> type = control_record_type(*record->key);
    if (!type || !is_marker(*type) || record->value->size() < kMarkerBytes) return {};
    const auto epoch = load_be<std::int32_t>(record->value->data() + sizeof kMarkerVersion);
    return TransactionMarker{*type, {epoch}};
}

Bytes make_transaction_marker(const TransactionMarker& marker, ProducerId producer_id,
                              ProducerEpoch producer_epoch, LeaderEpoch leader_epoch,
                              TimestampMs timestamp) {
    const Bytes key = control_record_key(marker.type);
    Bytes value(kMarkerBytes);
    store_be(value.data(), kMarkerVersion);
    store_be(value.data() + sizeof kMarkerVersion, marker.coordinator_epoch.value);

    BatchOptions options;
    options.partition_leader_epoch = leader_epoch;
    options.producer_id = producer_id;
    options.producer_epoch = producer_epoch;
    options.transactional = true;
    options.control = true;
    RecordBatchBuilder builder(options);
    builder.append({.timestamp = timestamp, .key = key, .value = value, .headers = {}});
    return builder.build();
}

}  // namespace kafka
