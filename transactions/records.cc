#include "transactions/records.h"

#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka::transactions {
namespace {

// What Kafka writes from transaction.version 1 on.
constexpr std::int16_t kValueVersion = 1;

template <class T>
Bytes with_version(const T& message, std::int16_t prefix, std::int16_t version) {
    Encoder encoder;
    encoder.integer(prefix);
    kafka::encode(encoder, message, version);
    CHECK(!encoder.failed(), "what a request could carry fits into a record");
    return {encoder.bytes().begin(), encoder.bytes().end()};
}

TransactionLogValue to_wire(const TransactionValue& value) {
    TransactionLogValue wire;
    wire.producer_id = value.producer_id;
    wire.previous_producer_id = value.previous_producer_id;
    wire.next_producer_id = value.next_producer_id;
    wire.producer_epoch = value.producer_epoch;
    wire.transaction_timeout_ms = value.timeout_ms;
    wire.transaction_status = static_cast<std::int8_t>(value.state);
    if (value.state != TransactionState::Empty) {
        wire.transaction_partitions = value.partitions.topics();
    }
    wire.transaction_last_update_timestamp_ms = value.last_update;
    wire.transaction_start_timestamp_ms = value.start;
    wire.client_transaction_version = value.client_transaction_version;
    return wire;
}

std::optional<TransactionValue> from_wire(const TransactionLogValue& wire) {
    const auto state = state_numbered(wire.transaction_status);
    if (!state) return std::nullopt;
    TransactionValue value;
    value.producer_id = wire.producer_id;
    value.previous_producer_id = wire.previous_producer_id;
    value.next_producer_id = wire.next_producer_id;
    value.producer_epoch = wire.producer_epoch;
    value.client_transaction_version = wire.client_transaction_version;
    value.state = *state;
    value.timeout_ms = wire.transaction_timeout_ms;
    value.start = wire.transaction_start_timestamp_ms;
    value.last_update = wire.transaction_last_update_timestamp_ms;
    if (wire.transaction_partitions) value.partitions = PartitionSet(*wire.transaction_partitions);
    return value;
}

}  // namespace

coordinator::LogRecord encode(const Record& record) {
    const TransactionLogKey key{record.transactional_id};
    coordinator::LogRecord bytes{with_version(key, TransactionLogKey::kRecordType, 0),
                                 std::nullopt};
    if (record.value) {
        bytes.value = with_version(to_wire(*record.value), kValueVersion, kValueVersion);
    }
    return bytes;
}

Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value) {
    const Error corrupt{ErrorCode::CORRUPT_MESSAGE, "a record of a transaction"};
    Decoder decoder(key);
    const auto type = decoder.integer<std::int16_t>();
    if (decoder.failed()) return corrupt;
    if (type != TransactionLogKey::kRecordType) return std::optional<Record>();
    TransactionLogKey read_key;
    kafka::decode(decoder, read_key, 0);
    if (decoder.failed()) return corrupt;
    Record record{std::move(read_key.transactional_id), std::nullopt};
    if (!value) return std::optional<Record>(std::move(record));

    Decoder of_value(*value);
    const auto version = of_value.integer<std::int16_t>();
    if (version < TransactionLogValue::kMinVersion || version > TransactionLogValue::kMaxVersion) {
        return corrupt;
    }
    TransactionLogValue wire;
    kafka::decode(of_value, wire, version);
    if (of_value.failed()) return corrupt;
    record.value = from_wire(wire);
    if (!record.value) return corrupt;
    return std::optional<Record>(std::move(record));
}

}  // namespace kafka::transactions
