#include "broker/transactions/markers.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "broker/config.h"
#include "broker/crossing.h"
#include "broker/group_commit.h"
#include "broker/groups/group_shard.h"
#include "broker/produce/ack_wait.h"
#include "broker/produce/ack_watch.h"
#include "broker/shards.h"
#include "cluster/image.h"
#include "protocol/record_batch_control.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {

struct Item {
    const EndedTransaction& transaction;
    MarkedPartition& answer;
    TopicIdPartition partition;
    Shard* owner;
    std::unique_ptr<AckWatch> ack{};
};
using Items = std::vector<Item>;

TransactionMarker marker_of(const EndedTransaction& transaction) {
    return {transaction.committed ? ControlRecordType::Commit : ControlRecordType::Abort,
            transaction.coordinator_epoch};
}

// On the shard that owns the partition.
void append_marker(Shard& there, Shard& home, Item& item) {
    storage::Partition* const partition = there.find(item.partition);
    if (partition == nullptr) {
        item.answer.error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        return;
    }
    const TimestampMs now{there.clock().wall_ms()};
    const EndedTransaction& ended = item.transaction;
    Bytes marker = make_transaction_marker(marker_of(ended), ended.producer_id,
                                           ended.producer_epoch, partition->leader_epoch(), now);
    storage::AppendRequest request;
    request.context.origin = storage::AppendOrigin::Coordinator;
    request.context.transaction_version = ended.transaction_version;
    const storage::AppendResult result = partition->append_as_leader(marker, request, now);
    item.answer.error = result.error;
    if (!result.ok()) return;
    if (partition->high_watermark() <= result.last_offset) {
        item.ack = std::make_unique<AckWatch>(home, *partition, result.last_offset);
    }
    flush_if_needed(there, *partition);
}

// A coordinator that is not here (yet) is, to the one who sends markers, a leader that is not.
ErrorCode as_partition_error(ErrorCode error) {
    const bool unavailable = error == ErrorCode::COORDINATOR_NOT_AVAILABLE ||
                             error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS ||
                             error == ErrorCode::NOT_COORDINATOR;
    return unavailable ? ErrorCode::NOT_LEADER_OR_FOLLOWER : error;
}

Task<void> end_in_group(Shard& home, Item& item) {
    auto end = [&item](Shard& there) {
        const EndedTransaction& ended = item.transaction;
        const coordinator::Producer producer{ended.producer_id, ended.producer_epoch};
        return there.groups().end_transaction(item.partition.partition, marker_of(ended), producer,
                                              ended.transaction_version);
    };
    ErrorCode error = ErrorCode::NONE;
    if (item.owner == &home) {
        auto task = end(home);
        error = co_await task;
    } else {
        RemoteTask remote(home, *item.owner, end, *item.owner);
        error = co_await remote;
    }
    item.answer.error = as_partition_error(error);
}

// fn(Shard& there, Item&) on the owners of the items, on all of them at the same time.
template <class Fn>
Task<void> on_owners(Shard& home, Items& items, Fn& fn) {
    std::vector<Shard*> owners;
    for (const Item& item : items) {
        if (std::ranges::find(owners, item.owner) == owners.end()) owners.push_back(item.owner);
    }
    auto visit = [&items, &fn](Shard& there) {
        for (Item& item : items) {
            if (item.owner == &there) fn(there, item);
        }
    };
    RoundTrip trip(home, owners, visit);
    co_await trip;
}

Task<void> wait_until_committed(Shard& home, Items& items) {
    const std::chrono::milliseconds timeout(home.all().config().number("request.timeout.ms"));
    AckWait wait(home, home.clock().monotonic() + timeout);
    for (Item& item : items) {
        if (item.ack) wait.add(*item.ack);
    }
    const bool all_over = co_await wait;
    if (!all_over) {
        auto give_up = [](Shard&, Item& item) {
            if (item.ack && item.ack->stop()) item.answer.error = ErrorCode::REQUEST_TIMED_OUT;
        };
        co_await on_owners(home, items, give_up);
    }
    for (Item& item : items) {
        if (item.ack && item.ack->is_over()) item.answer.error = item.ack->outcome();
    }
}

// Kafka cannot even build such a marker.
bool is_senseless(const EndedTransaction& ended) {
    return ended.producer_id < ProducerId{0} || ended.producer_epoch < ProducerEpoch{0} ||
           ended.transaction_version < 0;
}

// Where each marker goes; partitions that do not exist have their outcome then.
void plan(Shard& home, std::span<EndedTransaction> transactions, Items& in_partitions,
          Items& in_groups) {
    for (EndedTransaction& transaction : transactions) {
        for (MarkedPartition& marked : transaction.partitions) {
            const cluster::Topic* topic = home.image().topics.find(marked.topic);
            const auto index = static_cast<std::uint32_t>(marked.partition.value);
            if (topic == nullptr || index >= topic->partitions.size()) {
                marked.error = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
                continue;
            }
            if (is_senseless(transaction)) {
                marked.error = ErrorCode::UNKNOWN_SERVER_ERROR;
                continue;
            }
            const TopicIdPartition partition{topic->id, marked.partition};
            Shard& owner = home.all().at(home.all().owner_of(partition));
            Items& items = marked.topic == kOffsetsTopic ? in_groups : in_partitions;
            items.push_back({transaction, marked, partition, &owner});
        }
    }
}

}  // namespace

Task<void> write_markers(Shard& home, std::span<EndedTransaction> transactions) {
    Items in_partitions;
    Items in_groups;
    plan(home, transactions, in_partitions, in_groups);
    auto append = [&home](Shard& there, Item& item) { append_marker(there, home, item); };
    co_await on_owners(home, in_partitions, append);
    for (Item& item : in_groups) co_await end_in_group(home, item);
    co_await wait_until_committed(home, in_partitions);
}

}  // namespace kafka::broker
