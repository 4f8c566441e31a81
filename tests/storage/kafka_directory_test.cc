// tests/data/storage/golden-0 was written by Apache Kafka 4.3.0: 60 batches, some gzipped, some of
// an idempotent producer, times out of order, segment.ms=1000, index.interval.bytes=100, stopped
// cleanly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "storage/file_names.h"
#include "storage/posix_file_system.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

const std::string kGolden = TEST_DATA_DIR "/storage/golden-0";
constexpr std::string_view kOursOnly = "producer-state";

LogConfig golden_config() {
    LogConfig config;
    config.segment_ms = 1000;
    config.index_interval_bytes = 100;
    config.retention_ms = -1;
    config.message_timestamp_after_max_ms =
        LogConfig::kNever;  // the clock of the tests stands in 1970
    return config;
}

// Without the file that Kafka does not have.
std::map<std::string, Bytes> files_in(FileSystem& files, const std::string& folder) {
    std::map<std::string, Bytes> contents;
    const auto entries = files.list(folder);
    for (const DirectoryEntry& entry : *entries) {
        if (entry.name == kOursOnly) continue;
        contents[entry.name] = read_file(files, folder + "/" + entry.name).value();
    }
    return contents;
}

std::map<std::string, Bytes> golden_files() {
    PosixFileSystem disk;
    return files_in(disk, kGolden);
}

Bytes all_batches(const std::map<std::string, Bytes>& contents) {
    Bytes all;
    for (const auto& [name, bytes] : contents) {
        if (name.ends_with(kLogSuffix)) all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

class KafkaDirectory : public testing::Test {
  protected:
    KafkaDirectory() : golden(golden_files()), log(golden_config()) {}

    void copy_golden() {
        log.partition.reset();
        for (const auto& [name, bytes] : golden) {
            auto file = log.files.open(log.kFolder + "/" + name, OpenMode::Create);
            CHECK((*file)->write_at(0, bytes).ok(), "copying");
        }
        log.recovery_point = {150};
        log.log_start_offset = {5};
    }

    std::map<std::string, Bytes> golden;
    PartitionHarness log;
};

TEST_F(KafkaDirectory, IsReadAndLeftAsItWas) {
    copy_golden();
    log.open(RecoveryMode::Clean);

    EXPECT_EQ(log.partition->log_start_offset(), Offset{5});
    EXPECT_EQ(log.partition->log_end_offset(), Offset{150});
    EXPECT_NE(log.partition->producers().find({4000}), nullptr);
    const Bytes all = log.read_all(500);
    const Bytes written = all_batches(golden);
    EXPECT_TRUE(std::equal(all.rbegin(), all.rend(), written.rbegin()));
    ASSERT_TRUE(log.partition->close().ok());
    EXPECT_EQ(files_in(log.files, log.kFolder), golden);
}

TEST_F(KafkaDirectory, IndexesRebuiltFromItsLogsAreItsOwnToTheByte) {
    copy_golden();
    for (const auto& [name, bytes] : golden) {
        if (name.ends_with(kOffsetIndexSuffix) || name.ends_with(kTimeIndexSuffix)) {
            ASSERT_TRUE(log.files.remove(log.kFolder + "/" + name).ok());
        }
    }
    log.open(RecoveryMode::MachineFailed);

    ASSERT_TRUE(log.partition->close().ok());
    EXPECT_EQ(files_in(log.files, log.kFolder), golden);
}

TEST_F(KafkaDirectory, IsMadeToTheByteWhenTheSameBatchesAreProduced) {
    const Bytes batches = all_batches(golden);
    RecordBatchReader reader(batches);
    while (const auto batch = reader.next()) {
        Bytes produced(batch->bytes().begin(), batch->bytes().end());
        MutableRecordBatch(produced).set_base_offset({0});
        const AppendResult result = log.append_bytes(std::move(produced));
        ASSERT_TRUE(result.ok()) << result.error_message.value_or("no message");
    }
    ASSERT_TRUE(log.partition->delete_records({5}).ok());
    ASSERT_TRUE(log.partition->close().ok());

    const auto ours = files_in(log.files, log.kFolder);
    golden.erase(std::string(kPartitionMetadataFile));  // the log directory writes it
    for (const auto& [name, bytes] : golden) {
        ASSERT_TRUE(ours.contains(name)) << name;
        EXPECT_EQ(ours.at(name), bytes) << name;
    }
    EXPECT_EQ(ours.size(), golden.size());
}

}  // namespace
}  // namespace kafka::storage
