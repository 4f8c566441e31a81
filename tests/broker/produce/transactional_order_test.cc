// Several Produce requests of one producer on their way at once, as clients have them (five at the
// most): whatever the first of them has to wait for, the batches are appended in the order in which
// they were sent, and none is refused for its sequence.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "broker/transactions/transaction_request.h"
#include "protocol/record_batch_builder.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "transactions/records.h"

namespace kafka::broker {
namespace {
using namespace std::chrono_literals;
using transactions::TransactionState;

constexpr std::int64_t kProducer = 7;
constexpr std::int16_t kEpoch = 1;
constexpr std::int16_t kAnnounced = 11;    // a transaction's partitions are announced before
constexpr std::int16_t kUnannounced = 12;  // KIP-890
constexpr std::int32_t kPartitions = 64;

// So many records of nothing, packed; many take long to validate.
Bytes transactional(std::int32_t sequence, std::int32_t records = 1) {
    BatchOptions options = produced_by(kProducer, kEpoch, sequence);
    options.transactional = true;
    if (records > 1) options.compression = with_default_level(CompressionType::Gzip);
    RecordBatchBuilder builder(options);
    const Bytes value(1000);
    for (std::int32_t i = 0; i < records; ++i) {
        builder.append({.timestamp = {1'700'000'000'000},
                        .key = text("k"),
                        .value = BytesView(value),
                        .headers = {}});
    }
    return builder.build();
}

// One answer, as words that can be compared at a glance.
std::string at(std::int32_t partition, std::int64_t offset) {
    return "partition " + std::to_string(partition) + " at " + std::to_string(offset);
}
std::string words_of(const ProduceAnswer& answer) {
    if (answer.error_code != ErrorCode::NONE) return std::string(error_name(answer.error_code));
    return at(answer.index.value, answer.base_offset.value);
}
using Answers = std::vector<std::string>;

class TransactionalOrder : public testing::Test {
  protected:
    // One whose coordinator is on the shard of the connection.
    std::string id_of_home() {
        for (int i = 0;; ++i) {
            std::string id = "copier-" + std::to_string(i);
            if (place_of_key(shards_.home(), kTransactionTopic, id)->shard == &shards_.home())
                return id;
        }
    }
    std::int32_t partition_of(ShardId shard) {
        std::int32_t index = 0;
        while (shards_.shards().owner_of({orders_, {index}}) != shard) ++index;
        return index;
    }
    // The coordinator finds the transaction of these partitions in its log.
    void load(TransactionState state, const std::vector<std::int32_t>& partitions) {
        transactions::Record record{.transactional_id = id_, .value = {{}}};
        record.value->producer_id = {kProducer};
        record.value->producer_epoch = {kEpoch};
        record.value->client_transaction_version = transactions::kVersionWithBump;
        record.value->state = state;
        record.value->timeout_ms = 60'000;
        record.value->start = record.value->last_update = {1'700'000'000'000};
        for (const std::int32_t index : partitions) record.value->partitions.add("orders", {index});

        const coordinator::LogRecord encoded = transactions::encode(record);
        RecordBatchBuilder builder({});
        builder.append({.timestamp = {1'700'000'000'000},
                        .key = BytesView(encoded.key),
                        .value = BytesView(*encoded.value),
                        .headers = {}});
        Bytes batch = builder.build();
        const PartitionIndex index =
            place_of_key(shards_.home(), kTransactionTopic, id_)->partition;
        storage::AppendRequest request;
        request.context.origin = storage::AppendOrigin::Coordinator;
        const auto written = shards_.partition(state_, index.value)
                                 .append_as_leader(batch, request, {1'700'000'000'000});
        ASSERT_TRUE(written.ok()) << error_name(written.error);

        TransactionShard& here = shards_.home().transactions();
        here.metadata_changed();
        const auto ignore = [](const auto&, const auto&) {};
        shards_.run();
        while (here.for_each(ignore) == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) {
            shards_.run_until_something_happens();
        }
    }
    void send(std::int32_t partition, Bytes records, std::int16_t version = kUnannounced) {
        ProduceBuilder builder;
        builder.transactional_id(id_).topic("orders").add(partition, std::move(records));
        shards_.send(builder.request(), version);
        ++sent_;
    }
    std::optional<std::string> answer(std::int16_t version = kUnannounced) {
        const auto response = shards_.receive<ProduceResponse>(version);
        if (!response) return std::nullopt;
        --sent_;
        return words_of(response->responses.at(0).partition_responses.at(0));
    }
    // Of all that were sent.
    Answers answers(std::int16_t version = kUnannounced) {
        Answers answers;
        while (sent_ > 0) {
            if (const auto one = answer(version)) {
                answers.push_back(*one);
            } else {
                shards_.run_until_something_happens();
            }
        }
        return answers;
    }

    TestShards shards_{2};
    const Uuid state_ = shards_.create_topic("__transaction_state", 4);
    const Uuid orders_ = shards_.create_topic("orders", kPartitions);
    const std::string id_ = id_of_home();
    const ShardId elsewhere_{1};
    int sent_ = 0;
};

TEST_F(TransactionalOrder, NothingOvertakesABatchThatWaitsForTheEndOfTheLastTransaction) {
    const std::int32_t ours = partition_of(shards_.home().id());
    shards_.hold(elsewhere_);  // where the last transaction has a partition to be marked
    load(TransactionState::PrepareCommit, {partition_of(elsewhere_)});
    send(ours, transactional(0));
    shards_.release(elsewhere_);
    shards_.run();

    // For these there would be nothing to wait for; the first one is looked at again in a while.
    send(ours, transactional(1));
    send(ours, transactional(2));
    EXPECT_FALSE(answer());
    shards_.advance(20ms);

    EXPECT_EQ(answers(), (Answers{at(ours, 0), at(ours, 1), at(ours, 2)}));
}

TEST_F(TransactionalOrder, NothingOvertakesABatchThatOpensItAndTakesLongToValidate) {
    load(TransactionState::CompleteCommit, {});
    for (std::int32_t partition = 0; partition < 2; ++partition) {
        send(partition, transactional(0, 4000));
        send(partition, transactional(4000));
        send(partition, transactional(4001, 4000));
        send(partition, transactional(8001));
        EXPECT_EQ(answers(), (Answers{at(partition, 0), at(partition, 4000), at(partition, 4001),
                                      at(partition, 8001)}));
    }
}

class TransactionalOrderBy : public TransactionalOrder,
                             public testing::WithParamInterface<std::int16_t> {};

TEST_P(TransactionalOrderBy, EveryBatchIsAppendedInItsTurnHoweverTheShardsAreHeldUp) {
    const std::int16_t version = GetParam();
    std::vector<std::int32_t> all(kPartitions);
    for (std::int32_t i = 0; i < kPartitions; ++i) all[static_cast<std::size_t>(i)] = i;
    if (version == kAnnounced) {
        load(TransactionState::Ongoing, all);
    } else {
        load(TransactionState::CompleteAbort, {});
    }
    std::mt19937 random(11);
    std::vector<std::int32_t> next(kPartitions);
    Answers expected;
    Answers got;
    for (int round = 0; round < kPartitions - 1; ++round) {
        for (int request = 0; request < 5; ++request) {
            if (random() % 2) shards_.hold(elsewhere_);
            if (random() % 2) shards_.release(elsewhere_);
            // In most rounds something opens a partition's transaction.
            const auto partition = round + static_cast<std::int32_t>(random() % 2);
            const std::int32_t records = random() % 4 ? 1 : 1500;
            std::int32_t& sequence = next[static_cast<std::size_t>(partition)];
            send(partition, transactional(sequence, records), version);
            expected.push_back(at(partition, sequence));
            sequence += records;
        }
        shards_.release(elsewhere_);
        shards_.run();
        for (std::string& one : answers(version)) got.push_back(std::move(one));
    }
    EXPECT_EQ(got, expected);
}
INSTANTIATE_TEST_SUITE_P(Versions, TransactionalOrderBy, testing::Values(kAnnounced, kUnannounced));

}  // namespace
}  // namespace kafka::broker
