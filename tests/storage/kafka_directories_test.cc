// tests/data/kafka_directories: partitions that Apache Kafka 4.3.0 wrote, with all codecs,
// transactions, compaction, deleted segments and several epochs, each with a listing of what Kafka
// served from it. Here they are opened after a clean stop and after the loss of power.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "storage/file_names.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"
#include "storage/posix_file_system.h"
#include "storage/text_file.h"

namespace kafka::storage {
namespace {

const std::string kGolden = TEST_DATA_DIR "/kafka_directories/";
const std::string kFolder = "/data/golden-0";

struct Search {
    TimestampMs from;
    FoundOffset found;
};

// What Kafka served.
struct Listing {
    Offset start;
    Offset end;
    Offset stable_end;
    Search newest;
    std::vector<Search> searches;
};

Listing read_listing(const std::string& topic) {
    Listing listing;
    std::ifstream file(kGolden + topic + ".txt");
    for (std::string line; std::getline(file, line);) {
        const char* const text = line.c_str();
        long long from = 0;
        long long timestamp = 0;
        long long offset = 0;
        if (std::sscanf(text, "end read_uncommitted %lld", &offset) == 1) listing.end = {offset};
        if (std::sscanf(text, "end read_committed %lld", &offset) == 1)
            listing.stable_end = {offset};
        if (std::sscanf(text, "start %lld", &offset) == 1) listing.start = {offset};
        if (std::sscanf(text, "newest (0, %lld, %lld)", &timestamp, &offset) == 2) {
            listing.newest = {timestamp::kMax, {{timestamp}, {offset}, {}}};
        }
        if (std::sscanf(text, "from %lld (0, %lld, %lld)", &from, &timestamp, &offset) == 3) {
            listing.searches.push_back({{from}, {{timestamp}, {offset}, {}}});
        }
    }
    CHECK(!listing.searches.empty(), "a listing without searches");
    return listing;
}

using Files = std::map<std::string, Bytes>;

// Without the file that Kafka does not have.
Files files_in(FileSystem& files, const std::string& folder) {
    Files contents;
    const auto entries = files.list(folder);
    for (const DirectoryEntry& entry : *entries) {
        if (entry.name == "producer-state") continue;
        contents[entry.name] = read_file(files, folder + "/" + entry.name).value();
    }
    return contents;
}

bool is_index(const std::string& name) {
    return name.ends_with(kOffsetIndexSuffix) || name.ends_with(kTimeIndexSuffix);
}

class KafkaDirectories : public testing::TestWithParam<const char*> {
  protected:
    KafkaDirectories() : listing(read_listing(GetParam())) {
        PosixFileSystem disk;
        golden = files_in(disk, kGolden + GetParam());
        CHECK(files.create_directory(kFolder).ok(), "a new file system");
        for (const auto& [name, bytes] : golden) {
            auto file = files.open(kFolder + "/" + name, OpenMode::Create);
            CHECK((*file)->write_at(0, bytes).ok(), "copying");
        }
    }

    void open(RecoveryMode mode) {
        Partition::OpenOptions options;
        options.config.index_interval_bytes = 100;
        options.log_start_offset = listing.start;
        options.recovery = mode;
        if (mode == RecoveryMode::Clean) options.recovery_point = listing.end;
        auto opened = Partition::open(files, kFolder, {"golden", {0}}, Uuid{}, options);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        partition = opened.take();
        partition->become_leader({10});
    }

    // The batches from the one on that contains the log start.
    Bytes expected_batches() const {
        Bytes all;
        for (const auto& [name, bytes] : golden) {
            if (!name.ends_with(kLogSuffix)) continue;
            RecordBatchReader reader(bytes);
            while (const auto batch = reader.next()) {
                if (batch->last_offset() < listing.start) continue;
                all.insert(all.end(), batch->bytes().begin(), batch->bytes().end());
            }
        }
        return all;
    }

    void expect_what_kafka_served() const {
        EXPECT_EQ(partition->log_start_offset(), listing.start);
        EXPECT_EQ(partition->log_end_offset(), listing.end);
        EXPECT_EQ(partition->last_stable_offset(), listing.stable_end);
        Bytes all;
        for (Offset at = listing.start; at < listing.end;) {
            const auto piece = partition->read_bytes(at, 300, ReadLimit::HighWatermark);
            ASSERT_TRUE(piece.ok() && !piece->empty()) << at.value;
            RecordBatchReader reader(*piece);
            while (const auto batch = reader.next()) at = batch->next_offset();
            all.insert(all.end(), piece->begin(), piece->end());
        }
        EXPECT_EQ(all, expected_batches());
        std::vector<Search> searches = listing.searches;
        searches.push_back(listing.newest);
        for (const Search& search : searches) {
            const auto found = partition->find_offset(search.from, ReadLimit::HighWatermark);
            ASSERT_TRUE(found.ok());
            EXPECT_EQ(found->offset, search.found.offset) << "from " << search.from.value;
            EXPECT_EQ(found->timestamp, search.found.timestamp) << "from " << search.from.value;
        }
    }

    void expect_its_epochs() const {
        const Bytes& file = golden.at(std::string(kLeaderEpochFile));
        const auto epochs = LeaderEpochCache::from_text(as_text(file));
        ASSERT_TRUE(epochs.ok());
        for (std::size_t i = 0; i < epochs->entries().size(); ++i) {
            const bool last = i + 1 == epochs->entries().size();
            const Offset end = last ? listing.end : epochs->entries()[i + 1].start_offset;
            const LeaderEpoch epoch = epochs->entries()[i].epoch;
            EXPECT_EQ(partition->end_of_epoch(epoch), (EpochEnd{epoch, end}));
        }
    }

    const Listing listing;
    Files golden;
    MemoryFileSystem files;
    std::unique_ptr<Partition> partition;
};

TEST_P(KafkaDirectories, AreServedAsKafkaServedThem) {
    open(RecoveryMode::Clean);

    expect_what_kafka_served();
    expect_its_epochs();

    ASSERT_TRUE(partition->close().ok());
    EXPECT_EQ(files_in(files, kFolder), golden);
}

TEST_P(KafkaDirectories, AreServedTheSameWhenNothingButTheLogsIsTrusted) {
    for (const auto& [name, bytes] : golden) {
        if (is_index(name) || name.ends_with(kSnapshotSuffix) || name == kLeaderEpochFile) {
            ASSERT_TRUE(files.remove(kFolder + "/" + name).ok());
        }
    }

    open(RecoveryMode::MachineFailed);

    expect_what_kafka_served();
    expect_its_epochs();
}

INSTANTIATE_TEST_SUITE_P(Written, KafkaDirectories,
                         testing::Values("codecs", "append_time", "transactions", "compacted",
                                         "deleted", "epochs"),
                         [](const auto& topic) { return std::string(topic.param); });

}  // namespace
}  // namespace kafka::storage
