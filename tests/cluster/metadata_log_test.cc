// The metadata log on disk: what was appended is there again, whole steps only, also from logs that
// Apache Kafka wrote.
#include "cluster/metadata_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cluster/metadata_snapshot.h"
#include "storage/memory_file_system.h"
#include "tests/cluster/decision_support.h"

namespace kafka::cluster {
namespace {

constexpr const char* kData = "/data";
const std::string kFolder = std::string(kData) + "/__cluster_metadata-0";
const std::string kFirstSegment = kFolder + "/00000000000000000000.log";

struct Loaded {
    std::unique_ptr<MetadataLog> log;
    Image image;
};

Loaded open(storage::FileSystem& files) {
    Loaded loaded{MetadataLog::open(files, kData, {1}).take(), {}};
    loaded.image = loaded.log->take_image();
    return loaded;
}

Bytes test_data(const std::string& name) {
    std::ifstream file(std::string(TEST_DATA_DIR) + "/cluster/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return {std::istreambuf_iterator<char>(file), {}};
}

void put_file(storage::FileSystem& files, const std::string& path, BytesView bytes) {
    ASSERT_TRUE(files.create_directory(kFolder).ok());
    auto file = files.open(path, storage::OpenMode::Create);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->write_at(0, bytes).ok());
}

ConfigRecord config(std::string name, std::string value) {
    ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(ConfigResourceType::Group);
    record.resource_name = std::string("g");
    record.name = std::move(name);
    record.value = std::move(value);
    return record;
}

TEST(MetadataLog, ANewDirectoryIsAnEmptyLog) {
    storage::MemoryFileSystem files;

    const auto loaded = open(files);

    EXPECT_TRUE(loaded.log->is_empty());
    EXPECT_EQ(loaded.image, Image{});
}

TEST(MetadataLog, WhatWasAppendedIsThereAgain) {
    storage::MemoryFileSystem files;
    Image image;
    {
        auto loaded = open(files);
        ASSERT_TRUE(loaded.log->begin_term({1000}).ok());
        ASSERT_TRUE(loaded.log->append(bootstrap_records(), {1000}).ok());
        ASSERT_TRUE(loaded.log->append({config("a", "1"), config("b", "2")}, {1001}).ok());
        replay(image, bootstrap_records());
        replay(image, MetadataRecords{config("a", "1"), config("b", "2")});
    }

    const auto again = open(files);

    EXPECT_EQ(again.image, image);
    EXPECT_EQ(again.log->epoch(), LeaderEpoch{1});
    EXPECT_FALSE(again.log->is_empty());
}

TEST(MetadataLog, EveryTermIsANewEpoch) {
    storage::MemoryFileSystem files;
    ASSERT_TRUE(open(files).log->begin_term({1}).ok());
    auto second = open(files);
    ASSERT_TRUE(second.log->begin_term({2}).ok());

    EXPECT_EQ(second.log->epoch(), LeaderEpoch{2});
    const auto epochs = storage::read_file(files, kFolder + "/leader-epoch-checkpoint");
    EXPECT_EQ(std::string(epochs->begin(), epochs->end()), "0\n2\n1 0\n2 1\n");
}

TEST(MetadataLog, ATornTailIsCutAndTheRestSurvives) {
    Image before;
    Bytes whole;
    std::size_t whole_size = 0;
    {
        storage::MemoryFileSystem files;
        auto loaded = open(files);
        ASSERT_TRUE(loaded.log->begin_term({1}).ok());
        ASSERT_TRUE(loaded.log->append({config("a", "1")}, {1}).ok());
        whole_size = storage::read_file(files, kFirstSegment)->size();
        ASSERT_TRUE(loaded.log->append({config("b", "2"), config("c", "3")}, {1}).ok());
        whole = *storage::read_file(files, kFirstSegment);
        replay(before, config("a", "1"));
    }
    for (std::size_t size = whole_size; size < whole.size(); ++size) {
        storage::MemoryFileSystem files;
        put_file(files, kFirstSegment, BytesView(whole).first(size));

        auto torn = open(files);

        EXPECT_EQ(torn.image, before) << "cut at " << size;
        ASSERT_TRUE(torn.log->begin_term({2}).ok());
        ASSERT_TRUE(torn.log->append({config("d", "4")}, {2}).ok());
    }
}

TEST(MetadataLog, AStepOfSeveralBatchesIsAllOrNothing) {
    MetadataRecords large;
    for (int i = 0; i < 60; ++i)
        large.emplace_back(config(std::to_string(i), std::string(30'000, 'x')));
    Image before;
    replay(before, config("a", "1"));
    Image after = before;
    replay(after, large);
    Bytes whole;
    std::size_t start = 0;
    {
        storage::MemoryFileSystem files;
        auto loaded = open(files);
        ASSERT_TRUE(loaded.log->begin_term({1}).ok());
        ASSERT_TRUE(loaded.log->append({config("a", "1")}, {1}).ok());
        start = storage::read_file(files, kFirstSegment)->size();
        ASSERT_TRUE(loaded.log->append(large, {1}).ok());
        whole = *storage::read_file(files, kFirstSegment);
        EXPECT_EQ(open(files).image, after);
    }
    for (std::size_t size = start; size < whole.size(); size += 100'000) {
        storage::MemoryFileSystem files;
        put_file(files, kFirstSegment, BytesView(whole).first(size));
        Image image = before;
        {
            auto torn = open(files);
            EXPECT_EQ(torn.image, before) << "cut at " << size;
            ASSERT_TRUE(torn.log->begin_term({2}).ok());
            ASSERT_TRUE(torn.log->append({config("d", "4")}, {2}).ok());
            replay(image, config("d", "4"));
        }
        // What was left undone stays undone, and does not swallow what came after it.
        EXPECT_EQ(open(files).image, image) << "cut at " << size;
    }
}

TEST(MetadataLog, ASnapshotReplacesTheLogBeforeIt) {
    storage::MemoryFileSystem files;
    Image image;
    {
        auto loaded = open(files);
        ASSERT_TRUE(loaded.log->begin_term({1}).ok());
        ASSERT_TRUE(loaded.log->append({config("a", "1")}, {1}).ok());
        replay(image, config("a", "1"));
        const SnapshotJob job = loaded.log->begin_snapshot(image, {2});
        ASSERT_TRUE(job.run().ok());
        ASSERT_TRUE(loaded.log->finish_snapshot(job, {2}).ok());
        EXPECT_EQ(job.path, kFolder + "/00000000000000000002-0000000001.checkpoint");
        EXPECT_FALSE(files.exists(kFirstSegment));
        ASSERT_TRUE(loaded.log->append({config("b", "2")}, {3}).ok());
        replay(image, config("b", "2"));
    }

    const auto again = open(files);

    EXPECT_EQ(again.image, image);
    EXPECT_EQ(again.log->end_offset(), Offset{3});
    EXPECT_EQ(again.log->epoch(), LeaderEpoch{1});
}

TEST(MetadataLog, AHalfWrittenSnapshotIsPassedOver) {
    storage::MemoryFileSystem files;
    Image image;
    auto loaded = open(files);
    ASSERT_TRUE(loaded.log->begin_term({1}).ok());
    ASSERT_TRUE(loaded.log->append({config("a", "1")}, {1}).ok());
    replay(image, config("a", "1"));
    const SnapshotJob job = loaded.log->begin_snapshot(image, {2});
    for (std::size_t size = 0; size < job.bytes.size(); size += 7) {
        ASSERT_TRUE(files.remove(job.path).ok());
        put_file(files, job.path, BytesView(job.bytes).first(size));

        EXPECT_EQ(open(files).image, image);
    }
}

TEST(MetadataLog, ALogOfApacheKafkaIsReplayed) {
    storage::MemoryFileSystem files;
    put_file(files, kFirstSegment, test_data("kafka-4.3-metadata.log"));

    const auto loaded = open(files);

    const Image& image = loaded.image;
    EXPECT_EQ(loaded.log->epoch(), LeaderEpoch{1});
    EXPECT_EQ(image.feature_level("metadata.version"), 30);
    EXPECT_EQ(image.feature_level("transaction.version"), 2);
    EXPECT_EQ(image.topics.size(), 1u);
    const Topic* orders = image.topics.find("orders");
    ASSERT_NE(orders, nullptr);
    ASSERT_EQ(orders->partitions.size(), 5u);
    EXPECT_EQ(orders->partitions[4].leader, BrokerId{1});
    const ConfigValues topic_config{{"retention.ms", "1000"}, {"segment.ms", "60000"}};
    EXPECT_EQ(image.config_of(ConfigResourceType::Topic, "orders"), topic_config);
    const ConfigValues broker_config{{"log.retention.ms", "5000"}, {"min.insync.replicas", "1"}};
    EXPECT_EQ(image.config_of(ConfigResourceType::Broker, ""), broker_config);
    ASSERT_NE(image.find_broker({1}), nullptr);
    EXPECT_FALSE(image.find_broker({1})->fenced);
    EXPECT_EQ(image.find_broker({1})->endpoint("PLAINTEXT")->port, 29392);
    EXPECT_EQ(image.controllers.size(), 1u);
    EXPECT_EQ(image.client_quotas.size(), 1u);
    EXPECT_EQ(image.scram_credentials.size(), 1u);
}

TEST(MetadataLog, ASnapshotOfApacheKafkaIsRead) {
    const auto image = image_in_snapshot(test_data("kafka-4.3-bootstrap.checkpoint"));

    ASSERT_TRUE(image.ok()) << image.error().message;
    EXPECT_EQ(image->feature_level("metadata.version"), 30);
    EXPECT_EQ(image->features.size(), 6u);
}

}  // namespace
}  // namespace kafka::cluster
