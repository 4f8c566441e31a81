#include "groups/records.h"

#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka::groups {
namespace {

// The versions that Kafka 4.3 writes. Version 4 of GroupMetadata exists, but it does not write it.
std::int16_t version_to_write(const GroupMetadataValue&) { return 3; }
// The records of consumer groups have but one version.
template <class Value>
std::int16_t version_to_write(const Value&) {
    static_assert(Value::kMaxVersion == 0);
    return 0;
}
// The last version that has an expiry of its own is 1; it is for clients that still send one.
std::int16_t version_to_write(const OffsetCommitValue& value) {
    return value.expire_timestamp == TimestampMs{-1} ? 4 : 1;
}

Bytes bytes_of(const Encoder& encoder) {
    CHECK(!encoder.failed(), "what a request could carry fits into a record");
    return {encoder.bytes().begin(), encoder.bytes().end()};
}

template <class T>
Bytes with_version(const T& message, std::int16_t prefix, std::int16_t version) {
    Encoder encoder;
    encoder.integer(prefix);
    kafka::encode(encoder, message, version);
    return bytes_of(encoder);
}

template <class RecordType>
Result<std::optional<Record>> decode_as(Decoder& key, std::optional<BytesView> value) {
    using Value = typename RecordType::Value;
    const Error corrupt{ErrorCode::CORRUPT_MESSAGE, "a record of " + std::string(Value::kName)};
    RecordType record;
    kafka::decode(key, record.key, 0);
    if (key.failed()) return corrupt;
    if (!value) return std::optional<Record>(std::move(record));

    Decoder decoder(*value);
    const auto version = decoder.integer<std::int16_t>();
    if (version < Value::kMinVersion || version > Value::kMaxVersion) return corrupt;
    kafka::decode(decoder, record.value.emplace(), version);
    if (decoder.failed()) return corrupt;
    return std::optional<Record>(std::move(record));
}

}  // namespace

RecordBytes encode(const Record& record) {
    return std::visit(
        [](const auto& typed) {
            using Key = typename std::decay_t<decltype(typed)>::Key;
            RecordBytes bytes{with_version(typed.key, Key::kRecordType, 0), std::nullopt};
            if (typed.value) {
                const std::int16_t version = version_to_write(*typed.value);
                bytes.value = with_version(*typed.value, version, version);
            }
            return bytes;
        },
        record);
}

Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value) {
    Decoder decoder(key);
    const auto type = decoder.integer<std::int16_t>();
    if (decoder.failed()) {
        return Error{ErrorCode::CORRUPT_MESSAGE, "a record whose key has no type"};
    }
    switch (type) {
        case LegacyOffsetCommitKey::kRecordType:  // same key, and a value that is version 0 or 1
        case OffsetCommitKey::kRecordType:
            return decode_as<OffsetCommitRecord>(decoder, value);
        case GroupMetadataKey::kRecordType:
            return decode_as<GroupMetadataRecord>(decoder, value);
        case ConsumerGroupMetadataKey::kRecordType:
            return decode_as<ConsumerGroupRecord>(decoder, value);
        case ConsumerGroupPartitionMetadataKey::kRecordType:
            return decode_as<PartitionMetadataRecord>(decoder, value);
        case ConsumerGroupMemberMetadataKey::kRecordType:
            return decode_as<MemberRecord>(decoder, value);
        case ConsumerGroupTargetAssignmentMetadataKey::kRecordType:
            return decode_as<TargetEpochRecord>(decoder, value);
        case ConsumerGroupTargetAssignmentMemberKey::kRecordType:
            return decode_as<TargetRecord>(decoder, value);
        case ConsumerGroupCurrentMemberAssignmentKey::kRecordType:
            return decode_as<CurrentRecord>(decoder, value);
        case ConsumerGroupRegularExpressionKey::kRecordType:
            return decode_as<RegexRecord>(decoder, value);
    }
    return std::optional<Record>();
}

}  // namespace kafka::groups
