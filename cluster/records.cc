#include "cluster/records.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka::cluster {
namespace {

constexpr std::uint32_t kFrameVersion = 1;

template <class Record>
Result<MetadataRecord> decode_body(Decoder& decoder, std::uint32_t version) {
    if (version > static_cast<std::uint32_t>(Record::kMaxVersion)) {
        return Error{ErrorCode::UNSUPPORTED_VERSION,
                     fmt::format("{} has version {}, newer than {}", Record::kName, version,
                                 Record::kMaxVersion)};
    }
    Record record;
    decode(decoder, record, static_cast<std::int16_t>(version));
    if (decoder.failed()) {
        return Error{ErrorCode::CORRUPT_MESSAGE, fmt::format("{} is cut short", Record::kName)};
    }
    return MetadataRecord{std::move(record)};
}

// Tries the alternatives of the variant one after the other: there are 26, and it is not a hot
// path.
template <std::size_t index = 0>
Result<MetadataRecord> decode_type(Decoder& decoder, std::uint32_t type, std::uint32_t version) {
    if constexpr (index == std::variant_size_v<MetadataRecord>) {
        return Error{ErrorCode::UNSUPPORTED_VERSION,
                     fmt::format("metadata record type {} is unknown", type)};
    } else {
        using Record = std::variant_alternative_t<index, MetadataRecord>;
        if (type == static_cast<std::uint32_t>(Record::kRecordType)) {
            return decode_body<Record>(decoder, version);
        }
        return decode_type<index + 1>(decoder, type, version);
    }
}

}  // namespace

Result<Bytes> encode_record(const MetadataRecord& record) {
    Encoder encoder;
    const auto put = [&encoder]<class Record>(const Record& body) {
        encoder.unsigned_varint(kFrameVersion);
        encoder.unsigned_varint(static_cast<std::uint32_t>(Record::kRecordType));
        encoder.unsigned_varint(static_cast<std::uint32_t>(Record::kMaxVersion));
        encode(encoder, body, Record::kMaxVersion);
    };
    std::visit(put, record);
    if (encoder.failed()) {
        return Error{ErrorCode::INVALID_REQUEST,
                     fmt::format("a metadata record cannot be written: {}", encoder.failure())};
    }
    return Bytes(encoder.bytes().begin(), encoder.bytes().end());
}

Result<MetadataRecord> decode_record(BytesView bytes) {
    Decoder decoder(bytes);
    const std::uint32_t frame_version = decoder.unsigned_varint();
    const std::uint32_t type = decoder.unsigned_varint();
    const std::uint32_t version = decoder.unsigned_varint();
    if (decoder.failed()) {
        return Error{ErrorCode::CORRUPT_MESSAGE, "a metadata record is cut short"};
    }
    if (frame_version != kFrameVersion) {
        return Error{ErrorCode::UNSUPPORTED_VERSION,
                     fmt::format("a metadata record has frame version {}", frame_version)};
    }
    return decode_type(decoder, type, version);
}

}  // namespace kafka::cluster
