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

TEST_F(ColdReads, IndexesThatWereNeverOpenedAreLookedUpWithoutWaiting) {
    const FetchRequest request = fetch_of(77, 700);
    const auto warm = outline_of(shards_.ask_and_wait(request, 16));
    for (const std::int32_t p : {0, 1}) shards_.reopen_partition(files_, orders_, p);
    files_.drop_caches();

    const auto cold = outline_of(shards_.ask_and_wait(request, 16));

    EXPECT_EQ(cold, warm);
    EXPECT_EQ(files_.stalls(), 0);
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

// The time of a segment's first batch decides whether it is rolled, and of the page at the end of
// the log a part is written.
class ColdAppends : public ColdReads {
  protected:
    void send(std::int32_t partition) {
        const ProduceBuilder builder = ProduceBuilder().topic(orders_).add(partition, batch());
        shards_.send(builder.request(), 13);
    }
    ProduceAnswer answer() {
        while (true) {
            const auto response = shards_.receive<ProduceResponse>(13);
            if (response) return response->responses.at(0).partition_responses.at(0);
            shards_.run_until_something_happens();
        }
    }
    Offset end_of(std::int32_t partition) {
        return shards_.partition(orders_, partition).log_end_offset();
    }
};

TEST_F(ColdAppends, AfterAStartTheyDoNotWaitForTheDiskAndKeepTheirOrder) {
    for (const std::int32_t p : {0, 1}) shards_.reopen_partition(files_, orders_, p);
    send(1);
    EXPECT_EQ(answer(), appended(1, kBatches));
    files_.drop_caches();
    files_.hold_fetches();

    send(0);
    send(0);

    EXPECT_EQ(end_of(0), Offset{kBatches});
    files_.release_fetches();
    EXPECT_EQ(answer(), appended(0, kBatches));
    EXPECT_EQ(answer(), appended(0, kBatches + 1));
    EXPECT_GT(files_.fetches(), 0);
    EXPECT_EQ(files_.stalls(), 0);
}

TEST_F(ColdAppends, AfterAWhileTheyDoNotWaitForTheDisk) {
    send(0);
    EXPECT_EQ(answer(), appended(0, kBatches));
    files_.drop_caches();
    shards_.advance(std::chrono::seconds(11));

    send(0);

    EXPECT_EQ(answer(), appended(0, kBatches + 1));
    EXPECT_GT(files_.fetches(), 0);
    EXPECT_EQ(files_.stalls(), 0);
}

TEST_F(ColdAppends, NobodyWaitsForAnotherPartition) {
    const Uuid others = shards_.create_topic("others", 2);
    files_.drop_caches();
    shards_.advance(std::chrono::seconds(11));
    files_.hold_fetches();
    const ProduceBuilder builder = ProduceBuilder()
                                       .topic(orders_)
                                       .add(0, batch())
                                       .topic(others)
                                       .add(0, batch())
                                       .add(1, batch());
    shards_.send(builder.request(), 13);

    EXPECT_EQ(end_of(0), Offset{kBatches});
    for (const std::int32_t p : {0, 1}) {
        EXPECT_EQ(shards_.partition(others, p).log_end_offset(), Offset{1});
    }
    files_.release_fetches();
    EXPECT_EQ(answer(), appended(0, kBatches));
}

TEST_F(ColdAppends, APartitionThatIsDeletedMeanwhileTakesNothing) {
    files_.drop_caches();
    shards_.advance(std::chrono::seconds(11));
    files_.hold_fetches();
    send(0);

    shards_.close_partition(orders_, 0);
    files_.release_fetches();

    EXPECT_EQ(answer().error_code, ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

}  // namespace
}  // namespace kafka::broker
