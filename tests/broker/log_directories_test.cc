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

}  // namespace
}  // namespace kafka::broker
