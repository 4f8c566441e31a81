// What a session keeps of a client's wishes, and what it leaves out of answers (KIP-227).
#include "broker/fetch/fetch_session.h"

#include <gtest/gtest.h>

#include "broker/fetch/fetch_sessions.h"

namespace kafka::broker {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

FetchTopicAsks asks(const std::string& topic, std::vector<int> partitions,
                    std::int64_t fetch_offset = 0) {
    FetchTopicAsks result{.topic = {.id = {}, .name = topic}, .partitions = {}};
    for (const int partition : partitions) {
        result.partitions.push_back(
            {.partition = {partition}, .fetch_offset = {fetch_offset}, .max_bytes = 100});
    }
    return result;
}

ForgottenTopic forgets(const std::string& topic, std::vector<int> partitions) {
    ForgottenTopic result{.topic = {.id = {}, .name = topic}, .partitions = {}};
    for (const int partition : partitions) result.partitions.push_back({partition});
    return result;
}

std::vector<std::string> order_of(const FetchSession& session) {
    std::vector<std::string> order;
    for (const auto& partition : session.partitions()) {
        order.push_back(session.topic(partition.topic).name + "-" +
                        std::to_string(partition.ask.partition.value));
    }
    return order;
}

FetchSession::News news(std::int64_t high_watermark, bool has_records = false) {
    return {
        .has_records = has_records, .high_watermark = {high_watermark}, .log_start_offset = {0}};
}

TEST(FetchSession, KeepsTheOrderInWhichPartitionsWereAsked) {
    FetchSession session(1, false);
    session.update({asks("b", {1, 0}), asks("a", {0})}, {});
    EXPECT_EQ(order_of(session), (std::vector<std::string>{"b-1", "b-0", "a-0"}));
}

TEST(FetchSession, APartitionAskedAgainChangesItsOffsetInPlace) {
    FetchSession session(1, false);
    session.update({asks("a", {0, 1})}, {});
    session.update({asks("a", {0}, 7)}, {});
    EXPECT_EQ(session.partition_count(), 2u);
    EXPECT_EQ(session.partitions().front().ask.fetch_offset, Offset{7});
}

TEST(FetchSession, AForgottenPartitionIsGoneAndItsTopicsPlaceIsUsedAgain) {
    FetchSession session(1, false);
    session.update({asks("a", {0}), asks("b", {0})}, {forgets("a", {0}), forgets("unknown", {3})});
    EXPECT_EQ(order_of(session), (std::vector<std::string>{"b-0"}));
    session.update({asks("c", {5})}, {});
    EXPECT_EQ(order_of(session), (std::vector<std::string>{"b-0", "c-5"}));
    EXPECT_EQ(session.partitions().back().topic, 0u);
}

TEST(FetchSession, ATopicForgottenAndNamedTwiceIsForgottenOnce) {
    FetchSession session(1, false);
    session.update({asks("a", {0})}, {forgets("a", {0, 0}), forgets("a", {0})});
    EXPECT_EQ(session.partition_count(), 0u);
}

TEST(FetchSession, TellsAPartitionOnceUntilItMoves) {
    FetchSession session(1, false);
    session.update({asks("a", {0})}, {});
    EXPECT_TRUE(session.tell(0, {0}, news(0)));
    EXPECT_FALSE(session.tell(0, {0}, news(0)));
    EXPECT_TRUE(session.tell(0, {0}, news(3)));
    EXPECT_TRUE(session.tell(0, {0}, news(3, true)));
}

TEST(FetchSession, AfterAnErrorThePartitionIsToldAgainThoughNothingMoved) {
    FetchSession session(1, false);
    session.update({asks("a", {0})}, {});
    EXPECT_TRUE(session.tell(0, {0}, news(3)));
    FetchSession::News failure{.failed = true};
    EXPECT_TRUE(session.tell(0, {0}, failure));
    EXPECT_TRUE(session.tell(0, {0}, news(3)));
    EXPECT_FALSE(session.tell(0, {0}, news(3)));
}

TEST(FetchSession, WhoGotRecordsComesLastNextTime) {
    FetchSession session(1, false);
    session.update({asks("a", {0, 1, 2})}, {});
    session.tell(0, {0}, news(3, true));
    EXPECT_EQ(order_of(session), (std::vector<std::string>{"a-1", "a-2", "a-0"}));
}

TEST(FetchSession, EpochsCountFromOneAndWrapToOne) {
    FetchSession session(1, false);
    EXPECT_EQ(session.next_epoch(), 1);
    session.advance_epoch();
    EXPECT_EQ(session.next_epoch(), 2);
    EXPECT_EQ(FetchSession::epoch_after(INT32_MAX), 1);
}

TEST(FetchSessions, AnIdNamesItsShard) {
    FetchSessions sessions(2, 3, 100);
    for (int i = 0; i < 50; ++i) {
        const auto session = sessions.create(false, seconds(0));
        EXPECT_GT(session->id(), 0);
        EXPECT_EQ(FetchSessions::shard_of(session->id(), 3), 2u);
        EXPECT_EQ(sessions.find(session->id(), seconds(1)), session);
    }
}

TEST(FetchSessions, ANewSessionTakesTheSlotOfOneThatNobodyUses) {
    FetchSessions sessions(0, 1, 2);
    const auto first = sessions.create(false, seconds(0));
    const auto second = sessions.create(false, seconds(1));
    EXPECT_EQ(sessions.create(false, seconds(60)), nullptr);
    ASSERT_NE(sessions.find(first->id(), minutes(2)), nullptr);
    EXPECT_NE(sessions.create(false, minutes(3)), nullptr);
    EXPECT_EQ(sessions.find(second->id(), minutes(3)), nullptr);
    EXPECT_EQ(sessions.find(first->id(), minutes(3)), first);
    EXPECT_EQ(sessions.size(), 2u);
}

TEST(FetchSessions, ARemovedSessionIsNotFound) {
    FetchSessions sessions(0, 1, 2);
    const auto session = sessions.create(true, seconds(0));
    sessions.remove(session->id());
    sessions.remove(session->id());
    EXPECT_EQ(sessions.find(session->id(), seconds(0)), nullptr);
}

}  // namespace
}  // namespace kafka::broker
