// A produced batch on its way into the log: the first byte is the topic's configuration, the second
// says whether length and checksum are put right first, so that what lies behind them is reached.
#include "protocol/record_batch.h"

#include <optional>

#include "base/crc32c.h"
#include "protocol/record_batch_control.h"
#include "protocol/record_outline.h"
#include "protocol/record_reader.h"
#include "storage/batch_validator.h"
#include "storage/record_scan.h"
#include "tests/fuzz/fuzz_input.h"

namespace kafka::storage {
namespace {

constexpr TimestampMs kNow{1'700'000'000'000};

void put_right(Bytes& bytes, std::uint8_t how) {
    if (bytes.size() < batch_layout::kHeaderBytes) return;
    if (how & 1) {
        const auto length = static_cast<std::int32_t>(bytes.size() - batch_layout::kLengthEnd);
        store_be(bytes.data() + batch_layout::kLength, length);
    }
    if (how & 2) store_be(bytes.data() + batch_layout::kMagic, kRecordBatchMagic);
    if (how & 4) store_be(bytes.data() + batch_layout::kBaseOffset, std::int64_t{0});
    if (how & 8) {
        const auto count = load_be<std::int32_t>(bytes.data() + batch_layout::kRecordCount);
        store_be(bytes.data() + batch_layout::kLastOffsetDelta,
                 static_cast<std::int32_t>(static_cast<std::uint32_t>(count) - 1));
    }
    const RecordBatchView batch(bytes);
    if (batch.size_in_bytes() <= bytes.size() &&
        batch.size_in_bytes() >= batch_layout::kHeaderBytes) {
        const BytesView summed = batch.bytes().subspan(batch_layout::kAttributes);
        store_be(bytes.data() + batch_layout::kCrc, crc32c(summed));
    }
}

struct Read {
    std::int64_t records = 0;
    std::int64_t content_bytes = 0;
    bool failed = false;

    bool operator==(const Read&) const = default;
};

Read read_all(const RecordBatchView& batch) {
    Read read;
    RecordReader reader(batch);
    while (const RecordView* record = reader.next()) {
        ++read.records;
        read.content_bytes += static_cast<std::int64_t>(record->content.size());
        record->for_each_header([](const HeaderView&) {});
    }
    read.failed = reader.failed();
    return read;
}

BatchRules rules_of(std::uint8_t bits) {
    BatchRules rules;
    rules.partition = "fuzz-0";
    // 5 to 7: as the producer made it.
    if (const int codec = bits & 7; codec < 5) {
        rules.compression = with_default_level(static_cast<CompressionType>(codec));
    }
    if (bits & 8) rules.timestamp_type = TimestampType::LogAppendTime;
    rules.compacted = (bits & 16) != 0;
    if (bits & 32) rules.timestamp_after_max_ms = std::numeric_limits<std::int64_t>::max();
    if (bits & 64) rules.origin = AppendOrigin::Coordinator;
    return rules;
}

void produce(const Bytes& sent, const BatchRules& rules) {
    Bytes bytes = sent;
    const BatchValidation valid = validate_batch(bytes, rules, kNow);
    if (!valid) {
        CHECK(bytes == sent, "a batch that was refused was changed");
        return;
    }
    const Bytes& stored = valid->replacement.empty() ? bytes : valid->replacement;
    const RecordBatchView batch{BytesView(stored).first(valid->size_in_bytes)};
    CHECK(batch.crc_matches(), "a batch with a wrong checksum would be stored");
    const Read read = read_all(batch);
    CHECK(!read.failed && read.records == valid->record_count, "what was let in cannot be read");
    CHECK(find_record_at_or_after(batch, TimestampMs{0}, Offset{0}).ok(), "nor searched");
    CHECK(find_record_with_max_timestamp(batch).ok(), "nor searched for its newest record");
}

}  // namespace
}  // namespace kafka::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kafka;
    FuzzInput input(data, size);
    const storage::BatchRules rules = storage::rules_of(input.byte());
    const std::uint8_t how = input.byte();
    Bytes bytes(input.rest().begin(), input.rest().end());
    storage::put_right(bytes, how);
    RecordBatchReader reader(bytes);
    while (const auto batch = reader.next()) {
        (void)storage::read_all(*batch);
        (void)transaction_marker_in(*batch);
    }
    storage::produce(bytes, rules);
    return 0;
}
