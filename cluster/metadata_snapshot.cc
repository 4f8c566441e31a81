#include "cluster/metadata_snapshot.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "cluster/metadata_batches.h"
#include "cluster/replay.h"
#include "cluster/snapshot.h"
#include "protocol/record_batch_control.h"
#include "protocol/record_reader.h"

namespace kafka::cluster {
namespace {

constexpr std::string_view kSuffix = ".checkpoint";
constexpr std::size_t kRecordsPerBatch = 1000;

template <class Number>
bool parse_digits(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

std::optional<ControlRecordType> control_type(const RecordBatchView& batch) {
    if (!batch.is_control()) return std::nullopt;
    RecordReader reader(batch);
    const RecordView* record = reader.next();
    return record && record->key ? control_record_type(*record->key) : std::nullopt;
}

Error not_whole() { return {ErrorCode::CORRUPT_MESSAGE, "a metadata snapshot is not whole"}; }

}  // namespace

std::string SnapshotId::file_name() const {
    return fmt::format("{:020}-{:010}{}", end.value, epoch.value, kSuffix);
}

std::optional<SnapshotId> SnapshotId::parse(std::string_view name) {
    constexpr std::size_t kOffsetDigits = 20;
    constexpr std::size_t kEpochDigits = 10;
    if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size()) return std::nullopt;
    if (name[kOffsetDigits] != '-' || !name.ends_with(kSuffix)) return std::nullopt;
    SnapshotId id;
    if (!parse_digits(name.substr(0, kOffsetDigits), id.end.value) ||
        !parse_digits(name.substr(kOffsetDigits + 1, kEpochDigits), id.epoch.value)) {
        return std::nullopt;
    }
    return id;
}

Bytes snapshot_bytes(const Image& image, const SnapshotId& id, TimestampMs last_contained,
                     TimestampMs now) {
    BatchPlace place{Offset{0}, id.epoch, now};
    Bytes bytes = snapshot_header_batch(last_contained, place);
    place.base_offset = place.base_offset.next();
    std::vector<Bytes> values;
    const auto put_batch = [&] {
        if (values.empty()) return;
        const Bytes batch = data_batch(values, place);
        bytes.insert(bytes.end(), batch.begin(), batch.end());
        place.base_offset += static_cast<std::int64_t>(values.size());
        values.clear();
    };
    for (const MetadataRecord& record : records_of(image)) {
        // What is in an image came from records once.
        values.push_back(encode_record(record).take());
        if (values.size() == kRecordsPerBatch) put_batch();
    }
    put_batch();
    const Bytes footer = snapshot_footer_batch(place);
    bytes.insert(bytes.end(), footer.begin(), footer.end());
    return bytes;
}

Result<Image> image_in_snapshot(BytesView bytes) {
    Image image;
    bool first = true;
    bool ended = false;
    RecordBatchReader reader(bytes);
    while (const auto batch = reader.next()) {
        if (ended || !batch->is_whole() || !batch->crc_matches()) return not_whole();
        const auto control = control_type(*batch);
        if (first != (control == ControlRecordType::SnapshotHeader)) return not_whole();
        first = false;
        ended = control == ControlRecordType::SnapshotFooter;
        MetadataRecords records;
        auto read = records_in(*batch, records);
        if (!read) return read.error();
        replay(image, records);
    }
    if (!ended || !reader.at_end()) return not_whole();
    return image;
}

}  // namespace kafka::cluster
