// A partition whose files are anything: it opens or says why not, can be read, written, closed and
// opened again. Each file is its kind, a length of two bytes, and its content; the first byte says
// how the last run is supposed to have ended.
#include "base/crc32c.h"
#include "protocol/record_batch_builder.h"
#include "storage/file_names.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"
#include "tests/fuzz/fuzz_input.h"

namespace kafka::storage {
namespace {

const std::string kFolder = "/data/fuzz-0";
constexpr TimestampMs kNow{1'700'000'000'000};

std::string name_of(std::uint8_t kind) {
    constexpr std::int64_t kBases[] = {0, 2, 7, 1000};
    const Offset base{kBases[(kind >> 4) & 3]};
    switch (kind & 7) {
        case 0:
        case 1:
            return file_name(base, kLogSuffix);
        case 2:
            return file_name(base, kOffsetIndexSuffix);
        case 3:
            return file_name(base, kTimeIndexSuffix);
        case 4:
            return file_name(base, kSnapshotSuffix);
        case 5:
            return std::string(kLeaderEpochFile);
        case 6:
            return "producer-state";
        default:
            return file_name(base, kLogSuffix) + std::string(kSwapSuffix);
    }
}

// Checksums are put right, or hardly a batch would be looked into.
void put_right(Bytes& log) {
    for (std::size_t at = 0; log.size() - at >= batch_layout::kHeaderBytes;) {
        const RecordBatchView batch(BytesView(log).subspan(at));
        const std::size_t size = batch.size_in_bytes();
        if (size < batch_layout::kHeaderBytes || size > log.size() - at) return;
        const BytesView summed = batch.bytes().subspan(batch_layout::kAttributes);
        store_be(log.data() + at + batch_layout::kCrc, crc32c(summed));
        at += size;
    }
}

Result<std::unique_ptr<Partition>> open(FileSystem& files, RecoveryMode mode) {
    Partition::OpenOptions options;
    options.config.index_interval_bytes = 64;
    options.config.segment_bytes = 2000;
    options.recovery = mode;
    options.now = kNow;
    return Partition::open(files, kFolder, {"fuzz", {0}}, Uuid{}, options);
}

// Errors are fine, as long as they are errors.
void use(Partition& partition) {
    partition.become_leader({5});
    const Offset end = partition.log_end_offset();
    Offset at = partition.log_start_offset();
    CHECK(at <= end, "the log ends before it starts");
    for (int reads = 0; at < end && reads < 1000; ++reads) {
        const auto bytes = partition.read_bytes(at, 100, ReadLimit::LastStable);
        if (!bytes || bytes->empty()) break;
        RecordBatchReader reader(*bytes);
        while (const auto batch = reader.next()) at = batch->next_offset();
        if (!reader.at_end()) break;  // an index that lies, after a stop that was called clean
    }
    for (const TimestampMs time : {timestamp::kMax, timestamp::kEarliest, kNow, TimestampMs{0}}) {
        (void)partition.find_offset(time, ReadLimit::LogEnd).ok();
    }
    (void)partition.end_of_epoch({3});
    RecordBatchBuilder builder({});
    builder.append({.timestamp = kNow, .key = {}, .value = {}, .headers = {}});
    Bytes batch = builder.build();
    const AppendResult result = partition.append_as_leader(batch, {}, kNow);
    if (result.ok()) CHECK(result.base_offset >= end, "an offset was given twice");
    (void)partition.apply_retention(kNow).ok();
    (void)partition.close().ok();
}

}  // namespace
}  // namespace kafka::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kafka;
    using namespace kafka::storage;
    FuzzInput input(data, size);
    const auto mode = static_cast<RecoveryMode>(input.byte() % 3);
    MemoryFileSystem files;
    CHECK(files.create_directory(kFolder).ok(), "a new file system");
    while (!input.rest().empty()) {
        const std::uint8_t kind = input.byte();
        const std::size_t length = input.two_bytes();
        const BytesView content = input.take(length);
        Bytes bytes(content.begin(), content.end());
        if ((kind & 7) == 0) put_right(bytes);
        auto file = files.open(kFolder + "/" + name_of(kind), OpenMode::Create);
        CHECK((*file)->truncate(0).ok() && (*file)->write_at(0, bytes).ok(), "memory");
    }
    if (auto partition = open(files, mode)) use(**partition);
    if (auto partition = open(files, RecoveryMode::ProcessKilled)) use(**partition);
    return 0;
}
