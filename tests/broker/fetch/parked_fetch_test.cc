// A fetch that waits for records, on shards whose every step the test takes itself.
#include <gtest/gtest.h>

#include "protocol/gen/fetch.h"
#include "tests/support/test_shards.h"

namespace kafka::broker {
namespace {

constexpr std::int16_t kVersion = 13;

FetchRequest fetch_of(const Uuid& topic_id, std::int32_t partitions) {
    FetchRequest request;
    request.max_wait_ms = 600'000;
    request.min_bytes = 1;
    request.max_bytes = 1 << 20;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = topic_id;
    for (std::int32_t i = 0; i < partitions; ++i) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition = {i};
        partition.partition_max_bytes = 1 << 20;
    }
    return request;
}

// With four partitions on two shards one of them is surely read on the other shard: the client has
// gone when the handler is back.
TEST(ParkedFetch, IsNotParkedForAClientThatWentWhileItWasRead) {
    TestShards shards(2);
    const Uuid orders = shards.create_topic("orders", 4);

    shards.send_and_leave(fetch_of(orders, 4), kVersion);

    EXPECT_TRUE(shards.receive<FetchResponse>(kVersion).has_value());
    EXPECT_TRUE(shards.is_closed());
}

TEST(ParkedFetch, EndsWithItsTime) {
    TestShards shards(2);
    const Uuid orders = shards.create_topic("orders", 4);
    shards.send(fetch_of(orders, 4), kVersion);
    EXPECT_FALSE(shards.receive<FetchResponse>(kVersion).has_value());

    shards.advance(std::chrono::seconds(601));

    EXPECT_TRUE(shards.receive<FetchResponse>(kVersion).has_value());
}

}  // namespace
}  // namespace kafka::broker
