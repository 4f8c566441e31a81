// A partition in memory that is compacted on the thread of the test.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "protocol/record_batch_control.h"
#include "protocol/record_reader.h"
#include "storage/compaction/compaction_plan.h"
#include "storage/compaction/compactor.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {

// A key and its value; no value is a tombstone.
using KeyValue = std::pair<std::string, std::optional<std::string>>;

struct SeenRecord {
    std::int64_t offset;
    std::string key;
    std::optional<std::string> value;

    bool operator==(const SeenRecord&) const = default;
};

inline std::string key(int i) { return fmt::format("k{}", i); }

inline BytesView view_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string text_of(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

inline Bytes batch_of(const std::vector<KeyValue>& records, BatchOptions options = {},
                      TimestampMs timestamp = {1000}) {
    RecordBatchBuilder builder(options);
    for (const auto& [key, value] : records) {
        const auto bytes = value ? std::optional(view_of(*value)) : std::nullopt;
        builder.append(
            {.timestamp = timestamp, .key = view_of(key), .value = bytes, .headers = {}});
    }
    return builder.build();
}

// The records of data batches, in order.
inline std::vector<SeenRecord> records_in(BytesView bytes) {
    std::vector<SeenRecord> seen;
    RecordBatchReader batches(bytes);
    while (const auto batch = batches.next()) {
        CHECK(batch->crc_matches(), "a batch with a wrong checksum");
        if (batch->is_control()) continue;
        RecordReader reader(*batch);
        while (const RecordView* record = reader.next()) {
            SeenRecord one{reader.offset_of(*record).value, text_of(*record->key), {}};
            if (record->value) one.value = text_of(*record->value);
            seen.push_back(std::move(one));
        }
        CHECK(!reader.failed(), "a batch that does not hold what it says");
    }
    CHECK(batches.at_end(), "bytes after the last batch");
    return seen;
}

class CompactionHarness : public PartitionHarness, public CompactionHost {
  public:
    static constexpr std::int64_t kRollTime = 1'000'000;

    static LogConfig small_segments() {
        LogConfig config;
        config.cleanup_delete = false;
        config.cleanup_compact = true;
        config.segment_bytes = 600;
        config.index_interval_bytes = 100;
        config.min_cleanable_dirty_ratio = 0;
        config.delete_retention_ms = 500;
        return config;
    }

    explicit CompactionHarness(const LogConfig& initial = small_segments())
        : PartitionHarness(initial) {}

    void on_partition(const std::function<void(Partition*)>& step) override {
        ++steps_on_partition;
        if (before_step) before_step(steps_on_partition);
        step(partition.get());
    }
    bool go_on(std::uint64_t) override { return blocks_left < 0 || blocks_left-- > 0; }

    std::int64_t write(const std::vector<KeyValue>& records, BatchOptions options = {},
                       TimestampMs timestamp = {1000}) {
        const AppendResult result = append_bytes(batch_of(records, options, timestamp));
        CHECK(result.ok(), result.error_message.value_or("appending").c_str());
        return result.base_offset.value;
    }
    void end_transaction(ProducerId id, ProducerEpoch producer_epoch, ControlRecordType type) {
        Bytes marker = make_transaction_marker({type, {0}}, id, producer_epoch, epoch, {1000});
        AppendRequest request;
        request.context.origin = AppendOrigin::Coordinator;
        CHECK(append_bytes(std::move(marker), request).ok(), "a marker");
    }
    // A new segment: what was written before can be compacted.
    void roll() {
        config.segment_ms = 1;
        partition->set_config(config);
        const TimestampMs later{kRollTime + 1000 * ++rolls};
        Bytes batch = batch_of({{"roll", std::to_string(rolls)}}, {}, later);
        CHECK(partition->append_as_leader(batch, {}, later).ok(), "appending");
        config.segment_ms = LogConfig{}.segment_ms;
        partition->set_config(config);
    }

    Result<CompactionResult> try_compact(TimestampMs now = kNow) {
        return storage::compact(files, *this, settings, now);
    }
    CompactionResult compact(TimestampMs now = kNow) {
        auto result = try_compact(now);
        CHECK(result.ok(), result.error().message.c_str());
        return *result;
    }

    std::vector<SeenRecord> records() const { return records_in(read_all()); }
    // The last value of each key that has one.
    std::map<std::string, std::string> last_values() const {
        std::map<std::string, std::string> last;
        for (const SeenRecord& record : records()) {
            if (record.value) {
                last[record.key] = *record.value;
            } else {
                last.erase(record.key);
            }
        }
        return last;
    }
    std::vector<std::string> file_names() {
        std::vector<std::string> names;
        const auto entries = files.list(kFolder);
        if (!entries) return names;  // the folder is gone
        for (const DirectoryEntry& entry : *entries) names.push_back(entry.name);
        return names;
    }

    CompactionSettings settings{.key_map_bytes = 1 << 16, .io_buffer_bytes = 256};
    int steps_on_partition = 0;
    std::function<void(int)> before_step;
    std::int64_t blocks_left = -1;  // then compaction is told to give up
    int rolls = 0;
};

}  // namespace kafka::storage
