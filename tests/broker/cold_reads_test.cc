// Requests for what is not in the page cache: answered as ever, and no shard waits for the disk.
#include <gtest/gtest.h>

#include <vector>

#include "protocol/gen/fetch.h"
#include "protocol/gen/list_offsets.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/cold_file_system.h"

namespace kafka::broker {
namespace {

class ColdReads : public testing::Test {
  protected:
    static constexpr int kBatches = 200;

    ColdReads() {
        storage::LogConfig config;
        config.segment_bytes = 4000;
        config.index_interval_bytes = 200;
        orders_ = shards_.create_topic(files_, "orders", 2, config);
        for (int i = 0; i < kBatches; ++i) {
            for (std::int32_t p = 0; p < 2; ++p) {
                Bytes records = batch({}, TimestampMs{1'700'000'000'000 + i});
                const auto answer =
                    shards_.partition(orders_, p)
                        .append_as_leader(records, {}, TimestampMs{1'700'000'000'000});
                CHECK(answer.ok(), "a batch is appended");
            }
        }
    }

    FetchRequest fetch_of(std::int64_t offset, std::int32_t max_bytes) {
        FetchRequest request;
        request.max_bytes = 1 << 20;
        auto& topic = request.topics.emplace_back();
        topic.topic_id = orders_;
        for (std::int32_t p = 0; p < 2; ++p) {
            auto& asked = topic.partitions.emplace_back();
            asked.partition = {p};
            asked.fetch_offset = {offset};
            asked.partition_max_bytes = max_bytes;
        }
        return request;
    }

    storage::ColdFileSystem files_;
    TestShards shards_{2};
    Uuid orders_;
};

// What can be compared of an answer whose frame is gone.
std::vector<std::vector<std::int64_t>> outline_of(const FetchResponse& response) {
    std::vector<std::vector<std::int64_t>> outline;
    for (const auto& partition : response.responses.at(0).partitions) {
        outline.push_back({static_cast<std::int64_t>(partition.error_code),
                           partition.high_watermark.value,
                           static_cast<std::int64_t>(partition.records->size())});
    }
    return outline;
}

TEST_F(ColdReads, FetchAnswersTheSameAndDoesNotWaitForTheDisk) {
    for (const std::int64_t offset : {0, 77, 150}) {
        const FetchRequest request = fetch_of(offset, 700);
        const auto warm = outline_of(shards_.ask_and_wait(request, 16));
        ASSERT_GT(warm.at(0).at(2), 0);
        files_.drop_caches();

        const auto cold = outline_of(shards_.ask_and_wait(request, 16));

        EXPECT_EQ(cold, warm);
        EXPECT_EQ(files_.stalls(), 0);
        EXPECT_GT(files_.fetches(), 0);
    }
}

TEST_F(ColdReads, ListOffsetsByTimeAnswersTheSameAndDoesNotWaitForTheDisk) {
    for (const std::int64_t time : {1'700'000'000'033L, 1'700'000'000'150L, -3L}) {
        ListOffsetsRequest request;
        request.replica_id = {-1};
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        for (std::int32_t p = 0; p < 2; ++p) {
            auto& asked = topic.partitions.emplace_back();
            asked.partition_index = {p};
            asked.timestamp = {time};
        }
        const ListOffsetsResponse warm = shards_.ask_and_wait(request, 9);
        files_.drop_caches();

        const ListOffsetsResponse cold = shards_.ask_and_wait(request, 9);

        EXPECT_EQ(cold, warm);
        EXPECT_EQ(files_.stalls(), 0);
        EXPECT_GT(files_.fetches(), 0);
    }
}

}  // namespace
}  // namespace kafka::broker
