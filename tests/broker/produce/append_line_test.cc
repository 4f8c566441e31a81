// Batches that take long to validate: appended all the same, in the order in which they came.
#include <gtest/gtest.h>

#include <random>

#include "protocol/record_batch_builder.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/held_pool.h"

namespace kafka::broker {
namespace {

using Answers = std::vector<ProduceAnswer>;

// So many records of noise or of nothing.
Bytes packed_batch(std::size_t records, std::size_t value_bytes, bool noise,
                   CompressionType codec = CompressionType::Zstd) {
    BatchOptions options;
    options.compression = with_default_level(codec);
    RecordBatchBuilder builder(options);
    std::mt19937 random(7);
    Bytes value(value_bytes);
    for (std::size_t i = 0; i < records; ++i) {
        for (auto& byte : value) byte = noise ? static_cast<std::uint8_t>(random()) : 0;
        builder.append({.timestamp = {1'700'000'000'000},
                        .key = text("k"),
                        .value = BytesView(value),
                        .headers = {}});
    }
    return builder.build();
}
Bytes large_batch() { return packed_batch(100, 2000, true); }
// A few hundred bytes that unpack to several megabytes.
Bytes swelling_batch() { return packed_batch(4000, 1000, false); }

class AppendLineTest : public testing::Test {
  protected:
    explicit AppendLineTest() : orders_(shards_.create_topic("orders", 4)) {}

    void send(Bytes records, std::int32_t partition = 0) {
        const ProduceBuilder builder =
            ProduceBuilder().topic(orders_).add(partition, std::move(records));
        shards_.send(builder.request(), 13);
        ++sent_;
    }
    // Of all that were sent.
    Answers answers() {
        Answers answers;
        while (sent_ > 0) {
            const auto response = shards_.receive<ProduceResponse>(13);
            if (!response) {
                shards_.run_until_something_happens();
                continue;
            }
            answers.push_back(response->responses.at(0).partition_responses.at(0));
            --sent_;
        }
        return answers;
    }

    TestShards shards_{2};
    const Uuid orders_;
    int sent_ = 0;
};

TEST_F(AppendLineTest, LargePackedBatchesAreAppended) {
    for (std::int32_t partition = 0; partition < 4; ++partition) {
        for (const Bytes& records : {large_batch(), swelling_batch()}) send(records, partition);
        EXPECT_EQ(answers(), (Answers{appended(partition, 0), appended(partition, 100)}));
        EXPECT_EQ(shards_.partition(orders_, partition).log_end_offset(), Offset{4100});
    }
}

TEST_F(AppendLineTest, NothingOvertakesThemInTheirPartition) {
    for (int round = 0; round < 5; ++round) {
        const std::int64_t base = round * 4102;
        send(swelling_batch());
        send(batch());
        send(large_batch());
        send(batch());
        EXPECT_EQ(answers(), (Answers{appended(0, base), appended(0, base + 4000),
                                      appended(0, base + 4001), appended(0, base + 4101)}));
    }
}

TEST_F(AppendLineTest, OneRequestMayHaveSeveralOfThem) {
    const ProduceBuilder builder = ProduceBuilder()
                                       .topic(orders_)
                                       .add(0, large_batch())
                                       .add(1, batch())
                                       .add(2, swelling_batch())
                                       .add(3, large_batch());
    const auto response = shards_.ask_and_wait(builder.request(), 13);
    EXPECT_EQ(response.responses.at(0).partition_responses,
              (Answers{appended(0, 0), appended(1, 0), appended(2, 0), appended(3, 0)}));
}

TEST_F(AppendLineTest, WhatIsWrongWithThemIsFound) {
    // Noise is kept as it is, so that the codec finds nothing wrong, and only the records are.
    Bytes damaged = large_batch();
    for (std::size_t i = 2000; i < 4000; ++i) damaged[i] ^= 0x5a;
    // Sets the checksum, too.
    MutableRecordBatch(damaged).set_max_timestamp(TimestampType::CreateTime, {1'700'000'000'001});
    send(damaged);
    send(batch());
    EXPECT_EQ(answers(), (Answers{refused(0, ErrorCode::INVALID_RECORD, 0), appended(0, 0)}));
}

TEST_F(AppendLineTest, WhatIsToBePackedAnewIs) {
    storage::LogConfig config;
    config.compression_type = CompressionType::Lz4;
    const Uuid packed = shards_.create_topic("packed", 1, config);
    const ProduceBuilder builder =
        ProduceBuilder().topic(packed).add(0, packed_batch(100, 500, false));
    const auto response = shards_.ask_and_wait(builder.request(), 13);
    EXPECT_EQ(response.responses.at(0).partition_responses, (Answers{appended(0, 0)}));
    const auto bytes =
        shards_.partition(packed).read_bytes({0}, 1 << 20, storage::ReadLimit::LogEnd);
    EXPECT_EQ(RecordBatchView(*bytes).compression(), CompressionType::Lz4);
}

TEST_F(AppendLineTest, APartitionThatGoesMeanwhileIsAnswered) {
    HeldPool pool(shards_.shards().reading_pool());
    send(large_batch());

    shards_.close_partition(orders_, 0);
    pool.release();

    EXPECT_EQ(answers().at(0).error_code, ErrorCode::NOT_LEADER_OR_FOLLOWER);
}

TEST_F(AppendLineTest, IdempotentProducersKeepTheirSequences) {
    const auto of_producer = [](std::int32_t sequence, std::size_t records) {
        BatchOptions options = produced_by(7, 0, sequence);
        options.compression = with_default_level(CompressionType::Gzip);
        RecordBatchBuilder builder(options);
        const Bytes value(2000);
        for (std::size_t i = 0; i < records; ++i) {
            builder.append({.timestamp = {1'700'000'000'000},
                            .key = text("k"),
                            .value = BytesView(value),
                            .headers = {}});
        }
        return builder.build();
    };
    send(of_producer(0, 1000));
    send(of_producer(1000, 1));
    send(of_producer(1001, 1000));
    send(of_producer(2001, 1));
    EXPECT_EQ(answers(),
              (Answers{appended(0, 0), appended(0, 1000), appended(0, 1001), appended(0, 2001)}));
}

}  // namespace
}  // namespace kafka::broker
