// The part of Produce that runs on the shard which owns a partition.
#include <algorithm>
#include <utility>
#include <vector>

#include "broker/group_commit.h"
#include "broker/produce/produce_plan.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Answer = ProduceResponse::Topic::Partition;

// Kafka tells where the log starts when a batch was refused for what it is or who sent it, and not
// when it was refused for its size, its bytes, or the state that the partition is in.
bool tells_log_start(ErrorCode error) {
    return error != ErrorCode::CORRUPT_MESSAGE && error != ErrorCode::MESSAGE_TOO_LARGE &&
           error != ErrorCode::RECORD_LIST_TOO_LARGE &&
           error != ErrorCode::NOT_LEADER_OR_FOLLOWER && error != ErrorCode::KAFKA_STORAGE_ERROR;
}

void answer_append(storage::AppendResult& result, const storage::Partition& partition,
                   Answer& answer) {
    if (result.ok()) {
        answer.base_offset = result.base_offset;
        answer.log_append_time_ms = result.log_append_time;
        answer.log_start_offset = result.log_start_offset;
        return;
    }
    answer.error_code = result.error;
    if (tells_log_start(result.error)) answer.log_start_offset = partition.log_start_offset();
    if (result.record_errors.empty()) return;
    // Only with errors of single records does Kafka say more than the code (KIP-467).
    answer.error_message = std::move(result.error_message);
    answer.record_errors.reserve(result.record_errors.size());
    for (storage::RecordError& error : result.record_errors) {
        answer.record_errors.push_back({error.batch_index, std::move(error.message)});
    }
}

// True when the batch opens a transaction in the partition, or may not be appended: then it is not
// its turn yet.
bool needs_verification(storage::Partition& partition, const ProducePlan& plan, ProduceItem& item) {
    const bool adds = plan.version >= kFirstVersionThatAddsPartitions;
    if (!item.is_transactional || !(plan.verifies || adds)) return false;
    const auto guard = partition.start_verification(RecordBatchView(item.batch), adds, plan.now);
    if (!guard) {
        item.answer->error_code = guard.error().code;
        return true;
    }
    item.guard = *guard;
    item.awaits_verification = *guard != storage::kNoVerification;
    return item.awaits_verification;
}

storage::AppendRequest request_of(const ProducePlan& plan, const ProduceItem& item) {
    storage::AppendRequest request;
    request.produce_version = plan.version;
    request.context.guard = item.guard;
    request.context.verification_needed = plan.verifies;
    return request;
}

// To be validated elsewhere. Those that come behind others are, too, whatever their size.
void stand_in_line(Shard& there, const storage::Partition& partition, const ProducePlan& plan,
                   ProduceItem& item, std::vector<storage::MissingPages> missing = {}) {
    item.postponed = std::make_unique<PostponedAppend>();
    PostponedAppend& postponed = *item.postponed;
    postponed.plan = &plan;
    postponed.item = &item;
    postponed.partition_name = partition.name().to_string();
    postponed.rules = partition.rules_for(request_of(plan, item));
    postponed.rules.partition = postponed.partition_name;
    postponed.missing = std::move(missing);
    there.append_line().join(postponed);
}

void finish(Shard& there, const ProducePlan& plan, ProduceItem& item, storage::Partition& partition,
            storage::AppendResult& result) {
    answer_append(result, partition, *item.answer);
    ++partition.traffic().produce_requests;
    if (!result.ok()) {
        ++partition.traffic().failed_produce_requests;
        return;
    }
    // Kafka asks for no more in-sync replicas (min.insync.replicas) than there are: here, for one.
    if (plan.required_acks == -1 && partition.high_watermark() <= result.last_offset) {
        item.ack = std::make_unique<AckWatch>(*plan.home, partition, result.last_offset);
    }
    flush_if_needed(there, partition);
}

storage::Partition* partition_of(Shard& there, ProduceItem& item) {
    storage::Partition* const partition = there.find(item.home.partition);
    // The image has it, so it is another broker's, or about to be opened here.
    if (partition == nullptr) item.answer->error_code = ErrorCode::NOT_LEADER_OR_FOLLOWER;
    return partition;
}

}  // namespace

void append_item(Shard& there, const ProducePlan& plan, ProduceItem& item) {
    storage::Partition* const partition = partition_of(there, item);
    if (partition == nullptr) return;
    const bool is_verified = item.guard != storage::kNoVerification;
    if (!is_verified && needs_verification(*partition, plan, item)) return;
    if (there.append_line().holds(item.home.partition)) {
        return stand_in_line(there, *partition, plan, item);
    }

    storage::AppendRequest request = request_of(plan, item);
    request.bounded = true;
    storage::AppendResult result = partition->append_as_leader(item.batch, request, plan.now);
    if (result.postponed) {
        return stand_in_line(there, *partition, plan, item, std::move(result.missing));
    }
    finish(there, plan, item, *partition, result);
}

void append_postponed_item(Shard& there, const ProducePlan& plan, ProduceItem& item) {
    storage::Partition* const partition = partition_of(there, item);
    if (partition == nullptr) return;
    storage::AppendResult result = partition->append_validated(
        std::move(*item.postponed->validation), item.batch, request_of(plan, item), plan.now);
    finish(there, plan, item, *partition, result);
}

bool has_postponed(const ProducePlan& plan) {
    return std::ranges::any_of(plan.items, [](const auto& i) { return i.postponed != nullptr; });
}

Task<void> append_postponed(RequestContext& context, ProducePlan& plan) {
    // On the pool.
    auto validate = [&plan] {
        for (ProduceItem& item : plan.items) {
            if (!item.postponed) continue;
            for (const storage::MissingPages& pages : item.postponed->missing) pages.fetch();
            item.postponed->validation =
                storage::validate_batch(item.batch, item.postponed->rules, plan.now);
        }
    };
    co_await context.reading(validate);

    PostponedWait wait;
    for (ProduceItem& item : plan.items) {
        if (item.postponed) wait.add(*item.postponed);
    }
    auto ready = [](Shard& there, ProduceItem& item) {
        if (item.postponed) there.append_line().ready(*item.postponed);
    };
    co_await on_owners(context, plan.items, ready);
    co_await wait;
}

}  // namespace kafka::broker
