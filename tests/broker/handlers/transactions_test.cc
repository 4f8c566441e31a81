// Transactions end to end, as Apache Kafka 4.3.0 answers them: over a socket, through handlers and
// coordinators, to the partitions, and what each version of a request may be told.
#include "tests/broker/handlers/transactions_fixture.h"

namespace kafka::broker {
namespace {

TEST(TransactionsWithoutTopic, NobodyCoordinatesBeforeACoordinatorWasAskedFor) {
    const TestBroker broker;
    EXPECT_EQ(ask(broker, init_of("id")).error_code, ErrorCode::NOT_COORDINATOR);
    EndTxnRequest end;
    end.transactional_id = "id";
    EXPECT_EQ(ask(broker, end).error_code, ErrorCode::NOT_COORDINATOR);
}

TEST_F(Transactions, ProducersWithSenselessRequestsGetNoId) {
    EXPECT_EQ(init(init_of("id", 0)).error_code, ErrorCode::INVALID_TRANSACTION_TIMEOUT);
    EXPECT_EQ(init(init_of("id", 90'001)).error_code, ErrorCode::INVALID_TRANSACTION_TIMEOUT);
    EXPECT_EQ(init(init_of("id", 90'000)).error_code, ErrorCode::NONE);
    EXPECT_EQ(init(init_of("")).error_code, ErrorCode::INVALID_REQUEST);
    auto half = init_of("id");
    half.producer_id = {1};
    EXPECT_EQ(init(half).error_code, ErrorCode::INVALID_REQUEST);
}

TEST_F(Transactions, WhoeverIsFencedHearsItAsItsVersionKnowsIt) {
    const Producer current = after(producer("id"));
    ASSERT_EQ(producer("id"), current);
    const Producer old = before(current);
    auto again = init_of("id");
    again.producer_id = old.id;
    again.producer_epoch = old.epoch;

    EXPECT_EQ(init(again, 3).error_code, ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(init(again, 4).error_code, ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(add("id", old, {0}, 1), Errors{ErrorCode::INVALID_PRODUCER_EPOCH});
    EXPECT_EQ(add("id", old, {0}, 2), Errors{ErrorCode::PRODUCER_FENCED});
    EXPECT_EQ(add_offsets("id", old, 1), ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(add_offsets("id", old, 2), ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(end("id", old, true, 1).error_code, ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(end("id", old, true, 2).error_code, ErrorCode::PRODUCER_FENCED);
    EXPECT_EQ(write("id", old), ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(commit_offset("id", old, "orders"), ErrorCode::INVALID_PRODUCER_EPOCH);
}

TEST_F(Transactions, NobodyKnowsIdsThatWereNeverInitialised) {
    const Producer nobody{{4'000'000}, {0}};
    producer("id");

    EXPECT_EQ(add("nobody", nobody, {0, 1}), Errors(2, ErrorCode::INVALID_PRODUCER_ID_MAPPING));
    EXPECT_EQ(add("id", nobody, {0}), Errors{ErrorCode::INVALID_PRODUCER_ID_MAPPING});
    EXPECT_EQ(add("", nobody, {0}), Errors{ErrorCode::INVALID_REQUEST});
    EXPECT_EQ(add_offsets("nobody", nobody), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(end("nobody", nobody, true).error_code, ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(end("", nobody, true).error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(commit_offset("nobody", nobody, "orders"), ErrorCode::INVALID_PRODUCER_ID_MAPPING);
    EXPECT_EQ(describe("nobody").error_code, ErrorCode::TRANSACTIONAL_ID_NOT_FOUND);
    EXPECT_EQ(describe("").error_code, ErrorCode::INVALID_REQUEST);
}

TEST_F(Transactions, APartitionThatDoesNotExistKeepsAllOthersOut) {
    const Producer who = producer("id");
    EXPECT_EQ(add("id", who, {0, 9}),
              (Errors{ErrorCode::OPERATION_NOT_ATTEMPTED, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION}));
    EXPECT_EQ(describe("id").transaction_state, "Empty");
}

TEST_F(Transactions, BrokersVerifySeveralTransactionsAtOnce) {
    const Producer first = producer("first");
    const Producer second = producer("second");
    ASSERT_EQ(add("first", first, {1}), Errors{ErrorCode::NONE});

    EXPECT_EQ(verify({{"first", first}, {"second", after(second)}, {"nobody", second}}),
              (std::vector<Errors>{{ErrorCode::TRANSACTION_ABORTABLE, ErrorCode::NONE},
                                   Errors(2, ErrorCode::PRODUCER_FENCED),
                                   Errors(2, ErrorCode::INVALID_PRODUCER_ID_MAPPING)}));
    EXPECT_EQ(describe("second").transaction_state, "Empty");
}

TEST_F(Transactions, FromVersionFiveOnTheEndRaisesTheEpoch) {
    const Producer who = producer("id");
    ASSERT_EQ(add("id", who, {0}), Errors{ErrorCode::NONE});
    EXPECT_EQ(end("id", who, true, 4).error_code, ErrorCode::NONE);
    EXPECT_EQ(end("id", who, false, 4).error_code, ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(write("id", who), ErrorCode::NONE);

    const auto ended = end("id", who, true);
    EXPECT_EQ(ended.error_code, ErrorCode::NONE);
    EXPECT_EQ((Producer{ended.producer_id, ended.producer_epoch}), after(who));
    // It comes again, and asks for something else.
    EXPECT_EQ(end("id", who, true).producer_epoch, after(who).epoch);
    EXPECT_EQ(end("id", who, false).error_code, ErrorCode::INVALID_TXN_STATE);
    // The next one is empty.
    EXPECT_EQ(end("id", after(who), true).error_code, ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(end("id", after(who), false).producer_epoch, after(after(who)).epoch);
}

TEST_F(Transactions, WhoTakesOverWaitsUntilWhatIsOpenIsAborted) {
    const Producer old = producer("id");
    ASSERT_EQ(write("id", old), ErrorCode::NONE);

    EXPECT_EQ(init(init_of("id")).error_code, ErrorCode::CONCURRENT_TRANSACTIONS);
    EXPECT_EQ(producer("id"), after(after(old)));
    EXPECT_EQ(write("id", old), ErrorCode::INVALID_PRODUCER_EPOCH);
    EXPECT_EQ(producers_of(0).active_producers.at(0).current_txn_start_offset, Offset{-1});
}

TEST_F(Transactions, OnlyProduceOfVersionTwelveAddsItsPartition) {
    const Producer who = producer("id");
    EXPECT_EQ(write("id", who, 10), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(write("id", who, 11), ErrorCode::TRANSACTION_ABORTABLE);
    EXPECT_TRUE(producers_of(0).active_producers.empty());
    EXPECT_EQ(write("id", who, 12), ErrorCode::NONE);

    const auto state = describe("id");
    EXPECT_EQ(state.transaction_state, "Ongoing");
    ASSERT_EQ(state.topics.size(), 1u);
    EXPECT_EQ(state.topics.at(0).topic, "orders");
    EXPECT_EQ(state.topics.at(0).partitions, indexes({0}));
    const auto open = producers_of(0).active_producers.at(0);
    EXPECT_EQ(open.producer_id, who.id);
    EXPECT_EQ(open.current_txn_start_offset, Offset{0});
    EXPECT_EQ(open.coordinator_epoch, CoordinatorEpoch{-1});

    ASSERT_EQ(end("id", who, false).error_code, ErrorCode::NONE);
    const auto ended = producers_of(0).active_producers.at(0);
    EXPECT_EQ(ended.producer_epoch, after(who).epoch.value);
    EXPECT_EQ(ended.current_txn_start_offset, Offset{-1});
    EXPECT_EQ(ended.coordinator_epoch, CoordinatorEpoch{0});
    EXPECT_EQ(describe("id").transaction_state, "CompleteAbort");
}

TEST_F(Transactions, OnlyOffsetCommitsOfVersionFiveAddTheirGroup) {
    const Producer who = producer("id");
    EXPECT_EQ(commit_offset("id", who, "orders", 3), ErrorCode::INVALID_TXN_STATE);
    EXPECT_EQ(commit_offset("id", who, "orders", 4), ErrorCode::TRANSACTION_ABORTABLE);
    EXPECT_EQ(commit_offset("id", who, "nope"), ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    EXPECT_EQ(commit_offset("id", who, "orders", 5, ""), ErrorCode::INVALID_GROUP_ID);
    EXPECT_EQ(describe("id").transaction_state, "Empty");
    EXPECT_EQ(commit_offset("id", who, "orders", 5), ErrorCode::NONE);
    EXPECT_EQ(describe("id").topics.at(0).topic, "__consumer_offsets");

    const Producer old_way = producer("old way");
    EXPECT_EQ(add_offsets("old way", old_way), ErrorCode::NONE);
    EXPECT_EQ(commit_offset("old way", old_way, "orders", 3), ErrorCode::NONE);
}

TEST_F(Transactions, AreListedAsTheFiltersSay) {
    const Producer open = producer("shop-open");
    const Producer empty = producer("shop-empty");
    producer("other");
    ASSERT_EQ(write("shop-open", open), ErrorCode::NONE);
    using Ids = std::vector<std::string>;

    ListTransactionsRequest request;
    EXPECT_EQ(list(request).size(), 3u);
    request.state_filters = {"Ongoing"};
    EXPECT_EQ(list(request), Ids{"shop-open"});
    request.state_filters = {"Sleepy"};
    EXPECT_EQ(ask(broker_, request).unknown_state_filters, Ids{"Sleepy"});
    request = {};
    request.producer_id_filters = {empty.id};
    EXPECT_EQ(list(request), Ids{"shop-empty"});
    request = {};
    request.state_filters = {"Ongoing"};
    request.duration_filter = 1'000'000;
    EXPECT_EQ(list(request), Ids{});
    request = {};
    request.transactional_id_pattern = "shop-.*";
    EXPECT_EQ(list(request).size(), 2u);
    request.transactional_id_pattern = "shop";
    EXPECT_EQ(list(request), Ids{});
    request.transactional_id_pattern = "(";
    EXPECT_EQ(ask(broker_, request).error_code, ErrorCode::INVALID_REGULAR_EXPRESSION);
}

TEST_F(Transactions, ProducersAreDescribedOfPartitionsThatExist) {
    EXPECT_EQ(producers_of(9).error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    DescribeProducersRequest request;
    request.topics.push_back({"no/topic", {{0}}});
    EXPECT_EQ(ask(broker_, request).topics.at(0).partitions.at(0).error_code,
              ErrorCode::INVALID_TOPIC_EXCEPTION);
}

}  // namespace
}  // namespace kafka::broker
