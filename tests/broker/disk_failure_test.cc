// A disk fails under one of several log directories: its partitions are offline, all others go on.
#include <gtest/gtest.h>

#include <map>

#include "protocol/gen/describe_log_dirs.h"
#include "protocol/gen/produce.h"
#include "tests/broker/handlers/ask.h"
#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

class DiskFailure : public testing::Test {
  protected:
    static constexpr std::int32_t kPartitions = 8;

    ErrorCode produce(std::int32_t partition) {
        const ProduceBuilder builder = ProduceBuilder().topic(orders_).add(partition, batch());
        const ProduceResponse response = ask(broker_, builder.request(), 13);
        return response.responses.at(0).partition_responses.at(0).error_code;
    }
    DescribeLogDirsResponse describe() { return ask(broker_, DescribeLogDirsRequest{}); }
    std::map<std::int32_t, std::string> directories_of_partitions() {
        std::map<std::int32_t, std::string> directories;
        for (const auto& result : describe().results) {
            for (const auto& topic : result.topics) {
                if (topic.name != "orders") continue;
                for (const auto& partition : topic.partitions) {
                    directories[partition.partition_index.value] = result.log_dir;
                }
            }
        }
        return directories;
    }

    storage::MemoryFileSystem files_;
    TestBroker broker_{files_, {{"log.dirs", "/one,/two"}, {"log.flush.interval.messages", "1"}}};
    const Uuid orders_ = create_topic(broker_, "orders", kPartitions);
};

TEST_F(DiskFailure, NewPartitionsAreSpreadOverTheDirectories) {
    std::map<std::string, int> counts;
    for (const auto& [partition, directory] : directories_of_partitions()) ++counts[directory];
    EXPECT_EQ(counts.size(), 2u);
    for (const auto& [directory, count] : counts) EXPECT_EQ(count, kPartitions / 2) << directory;
}

TEST_F(DiskFailure, TakesTheDirectoryOfflineAndNoOther) {
    const auto directories = directories_of_partitions();
    for (std::int32_t p = 0; p < kPartitions; ++p) ASSERT_EQ(produce(p), ErrorCode::NONE);
    const auto in_two =
        std::ranges::find(directories, "/two", [](const auto& e) { return e.second; });
    ASSERT_NE(in_two, directories.end());
    files_.fail(storage::MemoryFileSystem::Call::Sync, "/two/orders-", 1);

    EXPECT_EQ(produce(in_two->first), ErrorCode::KAFKA_STORAGE_ERROR);

    for (const auto& [partition, directory] : directories) {
        const bool failed = directory == "/two";
        const ErrorCode expected = failed ? ErrorCode::KAFKA_STORAGE_ERROR : ErrorCode::NONE;
        // The other shard hears of it by a letter.
        while (failed && produce(partition) == ErrorCode::NONE) continue;
        EXPECT_EQ(produce(partition), expected) << partition;
    }
    for (const auto& result : describe().results) {
        const bool failed = result.log_dir == "/two";
        EXPECT_EQ(result.error_code, failed ? ErrorCode::KAFKA_STORAGE_ERROR : ErrorCode::NONE);
        EXPECT_EQ(result.topics.empty(), failed);
    }
    create_topic(broker_, "payments", 4);
    for (const auto& result : describe().results) {
        const bool failed = result.log_dir == "/two";
        EXPECT_EQ(result.topics.empty(), failed);
    }
}

}  // namespace
}  // namespace kafka::broker
