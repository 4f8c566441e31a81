// What an administrator sees of transactional ids.
#include <gtest/gtest.h>

#include <algorithm>

#include "transaction_world.h"

namespace kafka::transactions {
namespace {

class ListTransactions : public testing::Test {
  protected:
    ListTransactions() {
        world_.producer("empty");
        const Producer open = world_.producer("open");
        world_.add("open", open);
        const Producer done = world_.producer("done");
        world_.add("done", done);
        world_.end("done", done, true);
        world_.write_markers();
    }

    std::vector<std::string> list(const ListTransactionsRequest& request,
                                  std::function<bool(std::string_view)> matches = nullptr) {
        std::vector<ListTransactionsResponse::TransactionState> found;
        const ListFilter filter(request, std::move(matches));
        world_.coordinator().list(filter, world_.now().wall, found);
        std::vector<std::string> ids;
        for (const auto& each : found) ids.push_back(each.transactional_id);
        std::ranges::sort(ids);
        return ids;
    }
    using Ids = std::vector<std::string>;

    TransactionWorld world_;
};

TEST_F(ListTransactions, WithoutFiltersHasAll) {
    EXPECT_EQ(list({}), (Ids{"done", "empty", "open"}));
}

TEST_F(ListTransactions, ByState) {
    EXPECT_EQ(list({.state_filters = {"Ongoing", "CompleteCommit"}}), (Ids{"done", "open"}));
}

TEST_F(ListTransactions, StatesThatAreNoneLetNothingPass) {
    const ListTransactionsRequest request{.state_filters = {"ongoing", "Foo"}};

    EXPECT_EQ(list(request), Ids{});
    EXPECT_EQ(ListFilter(request, nullptr).unknown_states(), (Ids{"ongoing", "Foo"}));
}

TEST_F(ListTransactions, ByProducerId) {
    EXPECT_EQ(list({.producer_id_filters = {world_.current("open").id}}), Ids{"open"});
}

TEST_F(ListTransactions, ByDurationCountsWhatNeverBeganToo) {
    world_.advance(1'000);

    EXPECT_EQ(list({.duration_filter = 999}), (Ids{"done", "empty", "open"}));
    EXPECT_EQ(list({.duration_filter = 1'000}), Ids{"empty"});
    EXPECT_EQ(list({.duration_filter = -1}), (Ids{"done", "empty", "open"}));
}

TEST_F(ListTransactions, ByName) {
    EXPECT_EQ(list({}, [](std::string_view id) { return id.ends_with("e"); }), Ids{"done"});
}

TEST_F(ListTransactions, ADescriptionHasWhatTheRecordHas) {
    const auto open = world_.coordinator().describe("open");

    EXPECT_EQ(open.error_code, ErrorCode::NONE);
    EXPECT_EQ(open.transaction_state, "Ongoing");
    EXPECT_EQ(open.transaction_timeout_ms, 60'000);
    EXPECT_EQ(open.transaction_start_time_ms, world_.now().wall);
    EXPECT_EQ(open.producer_id, world_.current("open").id);
    ASSERT_EQ(open.topics.size(), 1U);
    EXPECT_EQ(open.topics[0].topic, "topic");
    EXPECT_EQ(open.topics[0].partitions, std::vector{PartitionIndex{0}});
    EXPECT_EQ(world_.coordinator().describe("empty").transaction_start_time_ms, TimestampMs{-1});
    EXPECT_EQ(world_.coordinator().describe("nobody").error_code,
              ErrorCode::TRANSACTIONAL_ID_NOT_FOUND);
    EXPECT_EQ(world_.coordinator().describe("").error_code, ErrorCode::INVALID_REQUEST);
}

}  // namespace
}  // namespace kafka::transactions
