// OffsetForLeaderEpoch, answer by answer as Apache Kafka 4.3.0 gives it to the same requests.
#include "protocol/gen/offset_for_leader_epoch.h"

#include <gtest/gtest.h>

#include "tests/broker/handlers/produce_fixture.h"

namespace kafka::broker {
namespace {

using Answer = OffsetForLeaderEpochResponse::Topic::Partition;
using Answers = std::vector<Answer>;

struct Question {
    std::int32_t partition = 0;
    std::int32_t current_leader_epoch = -1;
    std::int32_t leader_epoch = 0;
};

void ask_of(OffsetForLeaderEpochRequest& request, const std::string& topic,
            const std::vector<Question>& questions) {
    auto& asked = request.topics.emplace_back();
    asked.topic = topic;
    for (const Question& question : questions) {
        auto& partition = asked.partitions.emplace_back();
        partition.partition = {question.partition};
        partition.current_leader_epoch = {question.current_leader_epoch};
        partition.leader_epoch = {question.leader_epoch};
    }
}

Answer ask(TestShards& shards, const Question& question, std::int16_t version = 4) {
    OffsetForLeaderEpochRequest request;
    ask_of(request, "orders", {question});
    return shards.ask(request, version).topics.at(0).partitions.at(0);
}

Answer ends(std::int32_t epoch, std::int64_t end_offset) {
    Answer answer;
    answer.leader_epoch = {epoch};
    answer.end_offset = {end_offset};
    return answer;
}

Answer refused_with(ErrorCode error, std::int32_t partition = 0) {
    Answer answer;
    answer.partition = {partition};
    answer.error_code = error;
    return answer;
}

const Answer kUnknownEpoch{};

TEST(OffsetForLeaderEpoch, TheCurrentEpochEndsWhereTheLogEnds) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    EXPECT_EQ(ask(shards, {}), ends(0, 0));
    produce_one(shards, id, batch());

    for (std::int16_t version = 2; version <= 4; ++version) {
        EXPECT_EQ(ask(shards, {}, version), ends(0, 1));
    }
}

TEST(OffsetForLeaderEpoch, AnOlderEpochEndsWhereTheNextBegan) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    produce_one(shards, id, batch());
    shards.partition(id).become_leader({4});
    produce_one(shards, id, batch());

    EXPECT_EQ(ask(shards, {.leader_epoch = 0}), ends(0, 1));
    EXPECT_EQ(ask(shards, {.leader_epoch = 3}), ends(0, 1));
    EXPECT_EQ(ask(shards, {.leader_epoch = 4}), ends(4, 2));
}

TEST(OffsetForLeaderEpoch, KnowsNothingOfEpochsToCome) {
    TestShards shards;
    shards.create_topic("orders");

    EXPECT_EQ(ask(shards, {.leader_epoch = 1}), kUnknownEpoch);
    EXPECT_EQ(ask(shards, {.leader_epoch = -1}), kUnknownEpoch);
}

TEST(OffsetForLeaderEpoch, AnEpochBeforeTheFirstEndsWhereTheFirstBegan) {
    TestShards shards;
    const Uuid id = shards.create_topic("orders");
    for (int i = 0; i < 3; ++i) produce_one(shards, id, batch());
    ASSERT_TRUE(shards.partition(id).delete_records({3}).ok());

    EXPECT_EQ(ask(shards, {.leader_epoch = -2}), ends(-2, 3));
}

TEST(OffsetForLeaderEpoch, ComparesTheCurrentEpochWithItsOwn) {
    TestShards shards;
    shards.create_topic("orders");

    EXPECT_EQ(ask(shards, {.current_leader_epoch = 0}), ends(0, 0));
    EXPECT_EQ(ask(shards, {.current_leader_epoch = 1}),
              refused_with(ErrorCode::UNKNOWN_LEADER_EPOCH));
    EXPECT_EQ(ask(shards, {.current_leader_epoch = -2}),
              refused_with(ErrorCode::FENCED_LEADER_EPOCH));
}

TEST(OffsetForLeaderEpoch, AnswersEveryMentionInTheOrderOfTheRequest) {
    TestShards shards(3);
    shards.create_topic("orders", 2);
    OffsetForLeaderEpochRequest request;
    ask_of(request, "nope", {{.partition = 0}});
    ask_of(request, "orders",
           {{.partition = 9}, {.partition = 1}, {.partition = 1}, {.partition = -1}});
    ask_of(request, "orders", {});

    const auto response = shards.ask(request, 4);

    const ErrorCode unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
    Answer one = ends(0, 0);
    one.partition = {1};
    ASSERT_EQ(response.topics.size(), 3U);
    EXPECT_EQ(response.topics[0].partitions, Answers{refused_with(unknown)});
    EXPECT_EQ(response.topics[1].partitions,
              (Answers{refused_with(unknown, 9), one, one, refused_with(unknown, -1)}));
    EXPECT_TRUE(response.topics[2].partitions.empty());
}

}  // namespace
}  // namespace kafka::broker
