// One Produce request on its way: the batches that may be appended, each with its place in the
// answer. Built on the request's shard from the metadata image; then every owning shard appends
// what is its own. Lives in the handler's coroutine and does not move.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "broker/partition_work.h"
#include "broker/produce/ack_watch.h"
#include "broker/produce/append_line.h"
#include "protocol/error.h"
#include "protocol/gen/produce.h"
#include "storage/producer_state.h"

namespace kafka::broker {

struct ProduceItem {
    PartitionHome home;
    MutableBytes batch;  // in the request's frame; numbered in place
    ProduceResponse::Topic::Partition* answer;
    std::unique_ptr<AckWatch> ack;  // acks=all, and not committed yet
    // Of a transaction that may have to be verified before this opens it in the partition.
    bool is_transactional = false;
    // What the partition gave for the verification that is to be made.
    storage::VerificationGuard guard = storage::kNoVerification;
    bool awaits_verification = false;
    // It stands in line at the partition.
    std::unique_ptr<PostponedAppend> postponed{};
};

struct ProducePlan {
    std::int16_t required_acks = 0;
    std::int16_t version = 0;
    TimestampMs now{0};
    Shard* home = nullptr;
    // Of transactional batches; none when there are none.
    ProducerId producer_id = kNoProducerId;
    ProducerEpoch producer_epoch = kNoProducerEpoch;
    bool verifies = false;  // as transaction.partition.verification.enable asks
    // Nearly always one: small producers send a batch a request.
    boost::container::small_vector<ProduceItem, 1> items;
};

// Fills `plan` and gives every partition of the request its place in `response`. Batches that are
// refused without asking the partition have their answer then, and are not in the plan.
void plan_produce(RequestContext& context, ProduceRequest& request, ProducePlan& plan,
                  ProduceResponse& response);

// Producers of transaction version 2 do not announce the partitions of a transaction (KIP-890).
inline constexpr std::int16_t kFirstVersionThatAddsPartitions = 12;

// On the shard that owns the item: appends its batch and starts what syncs it. Its answer is
// complete then, unless it has an `ack`. But a batch that would open a transaction, and has no
// guard yet, is given one and `awaits_verification`, to be appended by another call; and one that
// takes long to validate, whose partition is not in the page cache, or that has such a one before
// it, is `postponed`.
void append_item(Shard& there, const ProducePlan& plan, ProduceItem& item);
// The same for one that was postponed, when it is its turn.
void append_postponed_item(Shard& there, const ProducePlan& plan, ProduceItem& item);

bool has_postponed(const ProducePlan& plan);
// Has what was postponed validated, its pages fetched, and waits until it is appended.
Task<void> append_postponed(RequestContext& context, ProducePlan& plan);

}  // namespace kafka::broker
