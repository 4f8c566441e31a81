// A partition on a file system in memory, with what tests do to it: append, read back, stop in
// every way, start again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/record_batch_builder.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"

namespace kafka::storage {

struct BatchSpec {
    int records = 1;
    std::size_t value_bytes = 10;
    TimestampMs timestamp{1000};
    ProducerId producer_id = kNoProducerId;
    ProducerEpoch producer_epoch = kNoProducerEpoch;
    Sequence base_sequence = kNoSequence;
    bool transactional = false;
    CompressionType compression = CompressionType::None;
    std::vector<std::int64_t> timestamps{};  // of the records, instead of `timestamp`
    char fill = 'v';
};

inline Bytes make_batch(const BatchSpec& spec) {
    RecordBatchBuilder builder({.compression = {spec.compression, 0},
                                .producer_id = spec.producer_id,
                                .producer_epoch = spec.producer_epoch,
                                .base_sequence = spec.base_sequence,
                                .transactional = spec.transactional});
    const Bytes value(spec.value_bytes, static_cast<std::uint8_t>(spec.fill));
    if (spec.timestamps.empty()) {
        for (int i = 0; i < spec.records; ++i) {
            builder.append({.timestamp = spec.timestamp, .key = {}, .value = value, .headers = {}});
        }
    }
    for (const std::int64_t timestamp : spec.timestamps) {
        builder.append({.timestamp = {timestamp}, .key = {}, .value = value, .headers = {}});
    }
    return builder.build();
}

class PartitionHarness {
  public:
    static constexpr TimestampMs kNow{2000};
    inline static const std::string kFolder = "/data/orders-0";

    explicit PartitionHarness(LogConfig initial = {}) : config(initial) {
        CHECK(files.create_directory(kFolder), "a new file system");
        open(RecoveryMode::Clean);
    }

    void open(RecoveryMode recovery) {
        partition.reset();
        auto opened = try_open(recovery);
        CHECK(opened.ok(), opened.error().message.c_str());
        partition = opened.take();
        partition->become_leader(epoch);
    }

    Result<std::unique_ptr<Partition>> try_open(RecoveryMode recovery) {
        return Partition::open(files, kFolder, {"orders", {0}}, Uuid{},
                               {.config = config,
                                .recovery_point = recovery_point,
                                .log_start_offset = log_start_offset,
                                .high_watermark = {0},
                                .first_dirty_offset = first_dirty_offset,
                                .recovery = recovery,
                                .now = kNow});
    }

    // As the checkpoint files would remember it.
    void checkpoint() {
        const PartitionCheckpoint now = partition->checkpoint();
        recovery_point = now.recovery_point;
        log_start_offset = now.log_start_offset;
        first_dirty_offset = now.first_dirty_offset;
    }

    void close_and_reopen() {
        CHECK(partition->close().ok(), "closing");
        CHECK(files.sync_everything("/data").ok(), "syncing");
        checkpoint();
        recovery_point = partition->log_end_offset();
        open(RecoveryMode::Clean);
    }
    void kill_and_reopen() {
        partition.reset();
        files.kill_process();
        open(RecoveryMode::ProcessKilled);
    }
    void lose_power_and_reopen(std::uint64_t seed) {
        partition.reset();
        files.lose_power(seed);
        CHECK(files.create_directory(kFolder), "the folder");
        open(RecoveryMode::MachineFailed);
    }

    AppendResult append_bytes(Bytes batch, const AppendRequest& request = {}) {
        return partition->append_as_leader(batch, request, kNow);
    }
    AppendResult append(const BatchSpec& spec) { return append_bytes(make_batch(spec)); }
    void append_many(int batches, const BatchSpec& spec) {
        for (int i = 0; i < batches; ++i) CHECK(append(spec).ok(), "appending");
    }

    bool flush() {
        const FlushTicket ticket = partition->begin_flush();
        const auto result = ticket.sync();
        partition->finish_flush(ticket, result);
        checkpoint();
        return result.ok();
    }

    // Every batch from the log start to the log end, read in pieces.
    Bytes read_all(std::int64_t max_bytes = 1 << 20) const {
        Bytes all;
        Offset at = partition->log_start_offset();
        while (at < partition->log_end_offset()) {
            auto piece = partition->read_bytes(at, max_bytes, ReadLimit::LogEnd);
            CHECK(piece.ok() && !piece->empty(), "a hole in the log");
            RecordBatchReader reader(*piece);
            while (auto batch = reader.next()) at = batch->next_offset();
            CHECK(reader.at_end(), "a read that ends inside a batch");
            all.insert(all.end(), piece->begin(), piece->end());
        }
        return all;
    }

    MemoryFileSystem files;
    LogConfig config;
    LeaderEpoch epoch{0};
    Offset recovery_point{0};
    Offset log_start_offset{0};
    Offset first_dirty_offset{-1};
    std::unique_ptr<Partition> partition;
};

inline std::vector<std::int64_t> base_offsets(BytesView bytes) {
    std::vector<std::int64_t> offsets;
    RecordBatchReader reader(bytes);
    while (auto batch = reader.next()) offsets.push_back(batch->base_offset().value);
    return offsets;
}

}  // namespace kafka::storage
