// The small files and names, the indexes, and the file system of the machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "storage/checkpoints.h"
#include "storage/file_names.h"
#include "storage/log_folder.h"
#include "storage/memory_file_system.h"
#include "storage/meta_properties.h"
#include "storage/offset_index.h"
#include "storage/partition_metadata.h"
#include "storage/posix_file_system.h"
#include "storage/text_file.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;

TEST(FileNames, AreTwentyDigitsAndASuffixOrNothing) {
    EXPECT_EQ(file_name({42}, kLogSuffix), "00000000000000000042.log");
    EXPECT_EQ(parse_file_name("00000000000000000042.log", kLogSuffix), Offset{42});
    EXPECT_EQ(parse_file_name("09223372036854775807.index", kOffsetIndexSuffix), Offset{INT64_MAX});
    for (const char* wrong : {"0000000000000000042.log", "00000000000000000042.index",
                              "-0000000000000000042.log", "99999999999999999999.log", ".log"}) {
        EXPECT_EQ(parse_file_name(wrong, kLogSuffix), std::nullopt) << wrong;
    }
}

TEST(Checkpoints, ReadWhatTheyWriteAndRefuseWhatIsNotWhole) {
    const OffsetCheckpoint checkpoint{{{"a-b", {0}}, {5}}, {{"c", {12}}, {INT64_MAX}}};
    const std::string text = to_text(checkpoint);

    EXPECT_EQ(text, "0\n2\na-b 0 5\nc 12 9223372036854775807\n");
    EXPECT_EQ(offset_checkpoint_from_text(text).value(), checkpoint);
    EXPECT_TRUE(offset_checkpoint_from_text("")->empty());
    for (const char* wrong : {"1\n0\n", "0\n", "0\nx\n", "0\n2\na 0 5\n", "0\n1\na 0\n",
                              "0\n1\na x 5\n", "0\n1\na 0 5 6\n", "0\n0\na 0 5\n"}) {
        EXPECT_FALSE(offset_checkpoint_from_text(wrong).ok()) << wrong;
    }
}

TEST(MetaProperties, ReadsKafkasFile) {
    auto meta = MetaProperties::from_text(
        "#\n#Sat Nov 21 14:21:03 UTC 2026\nnode.id=1\n"
        "directory.id=br2vNBQZ5E5Z69aqkUiwnQ\nversion=1\ncluster.id=UBZb-IIJS4iKuPORCW9pxg\n");

    ASSERT_TRUE(meta.ok());
    EXPECT_EQ(meta->cluster_id, "UBZb-IIJS4iKuPORCW9pxg");
    EXPECT_EQ(meta->node_id, BrokerId{1});
    EXPECT_EQ(meta->directory_id.to_string(), "br2vNBQZ5E5Z69aqkUiwnQ");
    EXPECT_EQ(MetaProperties::from_text(meta->to_text()).value(), *meta);
    EXPECT_FALSE(MetaProperties::from_text("").ok());
    EXPECT_FALSE(MetaProperties::from_text("version=0\nbroker.id=1\n").ok());
}

TEST(PartitionMetadata, ReadsKafkasFile) {
    const std::string text = "version: 0\ntopic_id: C7Ah-5tSRv-KFt5ypplH9w";

    auto id = topic_id_from_text(text);

    ASSERT_TRUE(id.ok());
    EXPECT_EQ(partition_metadata_text(*id), text);
    EXPECT_FALSE(topic_id_from_text("").ok());
    EXPECT_FALSE(topic_id_from_text("version: 0\ntopic_id: C7Ah").ok());
}

TEST(OffsetIndex, FindsTheLastEntryAtOrBelowInMemoryAndInItsFile) {
    MemoryFileSystem files;
    ASSERT_TRUE(files.create_directory("/d").ok());
    OffsetIndex index(files, "/d/i", {1000});
    EXPECT_EQ(index.floor({5000}).value(), std::nullopt);
    for (std::uint32_t i = 1; i <= 3000; ++i) {
        index.append({Offset{1000} + 10 * std::int64_t{i}, i * 100});
        if (i % 700 == 0) {
            ASSERT_TRUE(index.entries().write().ok());
        }
    }

    EXPECT_EQ(index.floor({1009}).value(), std::nullopt);
    for (std::int64_t offset = 1010; offset < 31'100; offset += 7) {
        const std::int64_t i = std::min<std::int64_t>((offset - 1000) / 10, 3000);
        const auto found = index.floor({offset}).value();
        ASSERT_TRUE(found);
        ASSERT_EQ(found->last_offset.value, 1000 + 10 * i);
        ASSERT_EQ(index.floor_position(found->position + 99).value(), found);
    }
    ASSERT_TRUE(index.truncate_to({11'000}).ok());
    EXPECT_EQ(index.count(), 999u);
    EXPECT_EQ(index.last().value()->last_offset, Offset{10'990});
}

class PosixFileSystemTest : public testing::Test {
  protected:
    PosixFileSystemTest() {
        std::string pattern = testing::TempDir() + "barnabas-XXXXXX";
        CHECK(::mkdtemp(pattern.data()) != nullptr, "a temporary directory");
        root = pattern;
    }
    ~PosixFileSystemTest() override { (void)files.remove_directory(root).ok(); }

    PosixFileSystem files;
    std::string root;
};

TEST_F(PosixFileSystemTest, DoesWhatTheSeamPromises) {
    ASSERT_TRUE(files.create_directory(root + "/a/b").ok());
    ASSERT_TRUE(files.create_directory(root + "/a/b").ok());
    EXPECT_FALSE(files.open(root + "/a/file", OpenMode::ReadWrite).ok());
    auto file = files.open(root + "/a/file", OpenMode::Create);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->write_at(3, as_bytes("hello")).ok());
    ASSERT_TRUE((*file)->sync().ok());
    EXPECT_EQ((*file)->size().value(), 8u);
    Bytes into(10);
    EXPECT_EQ((*file)->read_at(4, into).value(), 4u);
    EXPECT_EQ(as_text(BytesView(into).first(4)), "ello");
    ASSERT_TRUE((*file)->truncate(4).ok());
    EXPECT_EQ((*file)->read_at(4, into).value(), 0u);
    ASSERT_TRUE(files.sync_directory(root).ok());

    EXPECT_THAT(files.list(root + "/a").value(),
                ElementsAre(DirectoryEntry{"b", true}, DirectoryEntry{"file", false}));
    ASSERT_TRUE(files.rename(root + "/a/file", root + "/file").ok());
    EXPECT_TRUE(files.exists(root + "/file"));
    ASSERT_TRUE(files.remove(root + "/file").ok());
    ASSERT_TRUE(files.remove(root + "/file").ok());
    EXPECT_FALSE(files.exists(root + "/file"));
    ASSERT_TRUE(files.remove_directory(root + "/a").ok());
    EXPECT_FALSE(files.list(root + "/a").ok());
    EXPECT_GT(files.space(root)->total_bytes, files.space(root)->usable_bytes);
}

// Descriptors are scarcer than segments.
TEST_F(PosixFileSystemTest, ALogThatIsOpenedHoldsTheActiveSegmentsDescriptorsOnly) {
    const auto descriptors = [this] { return files.list("/proc/self/fd")->size(); };
    constexpr std::size_t kSegments = 20;
    {
        auto log = Log::open(files, root, {}).take();
        for (std::size_t i = 0; i < kSegments; ++i) {
            Bytes batch = make_batch({});
            MutableRecordBatch(batch).set_base_offset(log->log_end_offset());
            ASSERT_TRUE(log->roll({0}).ok());
            ASSERT_TRUE(log->append(RecordBatchView(batch), {0}).ok());
        }
        ASSERT_TRUE(log->close().ok());
    }
    const std::size_t before = descriptors();
    for (const RecoveryMode recovery : {RecoveryMode::Clean, RecoveryMode::MachineFailed}) {
        auto log = Log::open(files, root, {.recovery_point = {10}, .recovery = recovery});
        ASSERT_TRUE(log.ok());
        EXPECT_EQ((*log)->segment_count(), kSegments);
        EXPECT_LE(descriptors(), before + 3);
    }
}

TEST_F(PosixFileSystemTest, ALockIsHeldUntilItIsLetGo) {
    auto lock = files.lock(root + "/.lock");
    ASSERT_TRUE(lock.ok());
    EXPECT_FALSE(files.lock(root + "/.lock").ok());
    lock->reset();
    EXPECT_TRUE(files.lock(root + "/.lock").ok());
}

TEST_F(PosixFileSystemTest, AFilesIdentityIsItsOwn) {
    for (const char* name : {"/x", "/y"}) {
        ASSERT_TRUE(files.open(root + name, OpenMode::Create).ok());
    }

    EXPECT_EQ(files.identity_since_boot(root + "/x").value(),
              files.identity_since_boot(root + "/x").value());
    EXPECT_NE(files.identity_since_boot(root + "/x").value(),
              files.identity_since_boot(root + "/y").value());
}

class LogFolderTest : public testing::Test {
  protected:
    LogFolderTest() { CHECK(files.create_directory("/p-0"), "a new file system"); }
    void make(const std::string& name) {
        ASSERT_TRUE(files.open("/p-0/" + name, OpenMode::Create).ok());
    }
    std::vector<std::string> names() {
        std::vector<std::string> all;
        const auto entries = files.list("/p-0");
        for (const DirectoryEntry& entry : *entries) all.push_back(entry.name);
        return all;
    }
    MemoryFileSystem files;
};

TEST_F(LogFolderTest, LeftoversAreListedForRemovalAndUnknownFilesLeftAlone) {
    for (const char* name :
         {"00000000000000000000.log", "00000000000000000000.index", "00000000000000000007.index",
          "00000000000000000005.log.deleted", "00000000000000000000.log.cleaned",
          "00000000000000000009.snapshot", "leader-epoch-checkpoint.tmp", "notes.txt"}) {
        make(name);
    }

    auto folder = tidy_log_folder(files, "/p-0");

    ASSERT_TRUE(folder.ok());
    ASSERT_EQ(folder->segments.size(), 1u);
    EXPECT_TRUE(folder->segments[0].has_offset_index);
    EXPECT_FALSE(folder->segments[0].has_time_index);
    EXPECT_THAT(folder->snapshots, ElementsAre(Offset{9}));
    EXPECT_EQ(folder->removals.size(), 3u);
    EXPECT_THAT(names(), testing::Not(testing::Contains("leader-epoch-checkpoint.tmp")));
    EXPECT_THAT(names(), testing::Contains("notes.txt"));
    EXPECT_THAT(names(), testing::Contains("00000000000000000007.index.deleted"));
}

TEST_F(LogFolderTest, AFinishedCompactionIsSwappedInAndAnUnfinishedOneDropped) {
    for (const char* name : {"00000000000000000000.log", "00000000000000000005.log",
                             "00000000000000000000.log.swap", "00000000000000000000.index.swap",
                             "00000000000000000005.log.swap", "00000000000000000005.log.cleaned"}) {
        make(name);
    }

    auto folder = tidy_log_folder(files, "/p-0");

    ASSERT_TRUE(folder.ok());
    EXPECT_THAT(names(), ElementsAre("00000000000000000000.index", "00000000000000000000.log",
                                     "00000000000000000000.log.deleted", "00000000000000000005.log",
                                     "00000000000000000005.log.cleaned.deleted"));
    EXPECT_EQ(folder->segments.size(), 2u);
    EXPECT_EQ(folder->removals.size(), 2u);
}

}  // namespace
}  // namespace kafka::storage
