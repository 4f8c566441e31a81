#include "broker/log_directories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/memory_file_system.h"

namespace kafka::broker {
namespace {

using testing::HasSubstr;

// Kafka refuses to start, too: serving one of them might hide the records of the other.
TEST(LogDirectories, APartitionThatLiesInTwoOfThemStopsTheStart) {
    storage::MemoryFileSystem files;
    const storage::NodeIdentity node{"cluster", {1}};
    for (const char* folder : {"/a/orders-0", "/a/orders-1", "/b/orders-2", "/b/payments-0"}) {
        ASSERT_TRUE(files.create_directory(folder).ok());
    }
    EXPECT_TRUE(LogDirectories::open(files, {"/a", "/b"}, node).ok());

    ASSERT_TRUE(files.create_directory("/b/orders-1").ok());
    const auto opened = LogDirectories::open(files, {"/a", "/b"}, node);

    ASSERT_FALSE(opened.ok());
    EXPECT_THAT(opened.error().message, HasSubstr("orders-1 is in /a and in /b"));
}

// The directory of its namesake may have failed since.
TEST(LogDirectories, ATopicMadeAnewGoesWhereItIsToGoAndNotWhereItsNamesakeWas) {
    storage::MemoryFileSystem files;
    const storage::NodeIdentity node{"cluster", {1}};
    const kafka::TopicPartition name{"orders", {0}};
    ASSERT_TRUE(files.create_directory("/b/orders-0").ok());
    const LogDirectories directories = LogDirectories::open(files, {"/a", "/b"}, node).take();
    auto found = directories.open_partition(name, Uuid{{1}}, Uuid{}, {}, 0, {0});
    ASSERT_TRUE(found.ok());
    EXPECT_EQ((*found)->folder(), "/b/orders-0");
    ASSERT_TRUE(directories.delete_partition(found.take()).ok());

    const Uuid first = directories.first().meta().directory_id;
    const auto anew = directories.open_partition(name, Uuid{{2}}, first, {}, 0, {0});
    ASSERT_TRUE(anew.ok());

    EXPECT_EQ((*anew)->folder(), "/a/orders-0");
}

// Kafka does not start with such directories; what we take has to work.
TEST(LogDirectories, OneMayLieInAnother) {
    storage::MemoryFileSystem files;
    const storage::NodeIdentity node{"cluster", {1}};
    const std::vector<std::string> paths{"/a", "/a/b", "/a/b/c"};
    const LogDirectories directories = LogDirectories::open(files, paths, node).take();

    for (std::size_t i = 0; i < paths.size(); ++i) {
        const kafka::TopicPartition name{"orders", {static_cast<std::int32_t>(i)}};
        const Uuid preferred = directories.all()[i]->meta().directory_id;
        const auto partition = directories.open_partition(name, Uuid{}, preferred, {}, 0, {0});
        ASSERT_TRUE(partition.ok());

        EXPECT_EQ((*partition)->folder(), paths[i] + "/" + name.to_string());
        EXPECT_EQ(directories.index_of(**partition), i);
    }
}

}  // namespace
}  // namespace kafka::broker
