// When acks=all is answered: with flush.messages, not before the log is synced, and many producers
// share one sync.
#include <gtest/gtest.h>

#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/gated_file_system.h"

namespace kafka::broker {
namespace {

class ProduceAcks : public testing::Test {
  protected:
    ProduceAcks() {
        storage::LogConfig config;
        config.flush_messages = 1;
        id_ = shards_.create_topic(files_, "orders", 1, config);
        // The first sync has files to sync that later ones have not.
        send_produce(-1);
        wait_for_answer();
        syncs_before_ = files_.syncs();
        files_.close_gate();
    }
    ~ProduceAcks() override {
        files_.open_gate();
        while (storage::Partition* const partition = shards_.find(id_)) {
            if (!partition->flush_in_flight()) break;
            shards_.run_until_something_happens();
        }
    }

    void send_produce(std::int16_t acks, std::int32_t timeout_ms = 5000) {
        ProduceRequest request =
            ProduceRequest(ProduceBuilder(acks).topic(id_).add(0, std::nullopt).request());
        request.timeout_ms = timeout_ms;
        Bytes records = batch();
        request.topic_data[0].partition_data[0].records.emplace().bytes = records;
        shards_.send(request, 13);
    }
    std::optional<ProduceAnswer> answer() {
        auto response = shards_.receive<ProduceResponse>(13);
        if (!response) return std::nullopt;
        return response->responses.at(0).partition_responses.at(0);
    }
    ProduceAnswer wait_for_answer() {
        for (;;) {
            if (auto got = answer()) return *got;
            shards_.run_until_something_happens();
        }
    }
    int new_syncs() const { return files_.syncs() - syncs_before_; }

    storage::GatedFileSystem files_;
    TestShards shards_;
    Uuid id_;
    int syncs_before_ = 0;
};

TEST_F(ProduceAcks, AllWaitsForTheSync) {
    send_produce(-1);
    EXPECT_FALSE(answer().has_value());
    EXPECT_EQ(shards_.partition(id_).high_watermark(), Offset{1});

    files_.open_gate();

    EXPECT_EQ(wait_for_answer(), appended(0, 1));
    EXPECT_EQ(shards_.partition(id_).high_watermark(), Offset{2});
}

TEST_F(ProduceAcks, OneDoesNotWaitForTheSync) {
    send_produce(1);

    EXPECT_EQ(answer(), appended(0, 1));
    EXPECT_TRUE(files_.await_syncs(syncs_before_ + 1));
}

TEST_F(ProduceAcks, ProducersThatWaitTogetherShareOneSync) {
    send_produce(-1);
    ASSERT_TRUE(files_.await_syncs(syncs_before_ + 1));
    for (int i = 0; i < 20; ++i) send_produce(-1);
    EXPECT_EQ(new_syncs(), 1);

    files_.open_gate();

    for (int i = 0; i <= 20; ++i) EXPECT_EQ(wait_for_answer(), appended(0, i + 1));
    EXPECT_EQ(new_syncs(), 2);
}

TEST_F(ProduceAcks, ASyncThatFailsIsAStorageErrorForAllWhoWait) {
    send_produce(-1);
    ASSERT_TRUE(files_.await_syncs(syncs_before_ + 1));
    send_produce(-1);
    files_.fail(storage::MemoryFileSystem::Call::Sync, "orders-0");

    files_.open_gate();

    EXPECT_EQ(wait_for_answer().error_code, ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_EQ(wait_for_answer().error_code, ErrorCode::KAFKA_STORAGE_ERROR);
    send_produce(-1);
    EXPECT_EQ(wait_for_answer().error_code, ErrorCode::KAFKA_STORAGE_ERROR);
}

TEST_F(ProduceAcks, TimeRunsOutForTheAnswerNotForTheBatch) {
    send_produce(-1, 300);
    shards_.advance(std::chrono::milliseconds(299));
    EXPECT_FALSE(answer().has_value());

    shards_.advance(std::chrono::milliseconds(1));

    ProduceAnswer expected = appended(0, 1);
    expected.error_code = ErrorCode::REQUEST_TIMED_OUT;
    EXPECT_EQ(answer(), expected);
    files_.open_gate();
    send_produce(-1);
    EXPECT_EQ(wait_for_answer(), appended(0, 2));
}

TEST_F(ProduceAcks, ATopicThatIsDeletedMeanwhileIsUnknown) {
    send_produce(-1);
    ASSERT_TRUE(files_.await_syncs(syncs_before_ + 1));

    shards_.close_partition(id_);
    shards_.run();

    EXPECT_EQ(answer()->error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    files_.open_gate();
    shards_.run_until_something_happens();
}

}  // namespace
}  // namespace kafka::broker
