#include "broker/removals.h"

#include <gtest/gtest.h>

#include "tests/support/test_shards.h"

namespace kafka::broker {
namespace {

using std::chrono::seconds;

class RemovalsTest : public testing::Test {
  protected:
    RemovalsTest() { CHECK(files().create_directory("/data/orders-0").ok(), "a folder"); }

    storage::FileSystem& files() { return shards_.files_; }
    std::string make_file(const std::string& name) {
        const std::string path = "/data/orders-0/" + name;
        CHECK(files().open(path, storage::OpenMode::Create).ok(), "a file");
        return path;
    }
    bool exists(const std::string& path) {
        shards_.shards().blocking_pool().finish_jobs();
        return files().exists(path);
    }

    TestShards shards_;
    LogDirectories directories_ =
        LogDirectories::open(shards_.files_, {"/data"}, {"cluster", BrokerId{1}}).take();
    Removals removals_{shards_.home(), directories_};
};

TEST_F(RemovalsTest, FilesAreRemovedWhenTheirDelayIsOver) {
    const std::string late = make_file("late");
    const std::string soon = make_file("soon");
    const std::string now = make_file("now");

    removals_.add({late}, 60'000);
    removals_.add({soon}, 10'000);
    removals_.add({now}, 0);

    EXPECT_FALSE(exists(now));
    shards_.advance(seconds(9));
    EXPECT_TRUE(exists(soon));
    shards_.advance(seconds(1));
    EXPECT_FALSE(exists(soon));
    shards_.advance(seconds(49));
    EXPECT_TRUE(exists(late));
    shards_.advance(seconds(1));
    EXPECT_FALSE(exists(late));
}

TEST_F(RemovalsTest, WhatIsLeftAtTheStopStays) {
    const std::string left = make_file("left");
    removals_.add({left}, std::numeric_limits<std::int64_t>::max());
    removals_.add({left}, 1);
    removals_.stop();
    shards_.advance(seconds(10));
    EXPECT_TRUE(exists(left));
}

}  // namespace
}  // namespace kafka::broker
