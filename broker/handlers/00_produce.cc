// Produce: append record batches to partitions, and say where they are once they are as safe as
// `acks` asks for. Idempotent producers' retries are answered, not appended again (KIP-98).
#include <algorithm>
#include <chrono>

#include "broker/leader_hint.h"
#include "broker/produce/ack_wait.h"
#include "broker/produce/produce_plan.h"
#include "broker/produce/producer_turns.h"
#include "broker/produce/transactional_batches.h"

namespace kafka::broker {
namespace {
using Request = ProduceRequest;
using Response = ProduceResponse;

constexpr std::int16_t kFirstVersionWithLeaders = 10;

// Stops the watches that are not over; their batches may be committed later, or never.
Task<void> give_up(RequestContext& context, ProducePlan& plan) {
    auto stop = [](Shard&, ProduceItem& item) {
        if (item.ack && item.ack->stop()) {
            item.answer->error_code = ErrorCode::REQUEST_TIMED_OUT;
        }
    };
    co_await on_owners(context, plan.items, stop);
}

Task<void> wait_for_acks(RequestContext& context, ProducePlan& plan,
                         std::chrono::milliseconds timeout) {
    AckWait acks(context.shard(), context.shard().clock().monotonic() + timeout);
    for (ProduceItem& item : plan.items) {
        if (item.ack) acks.add(*item.ack);
    }
    const bool all_over = co_await acks;
    if (!all_over) co_await give_up(context, plan);
    for (ProduceItem& item : plan.items) {
        if (item.ack && item.ack->is_over()) item.answer->error_code = item.ack->outcome();
    }
}

bool all_are_ours(const ProducePlan& plan) {
    return std::ranges::all_of(plan.items,
                               [&](const auto& i) { return i.home.owner == plan.home; });
}

bool waits_for_acks(const ProducePlan& plan) {
    return std::ranges::any_of(plan.items, [](const auto& i) { return i.ack != nullptr; });
}

// Where the client finds the leaders that it missed here (KIP-951).
void tell_leaders(const RequestContext& context, const ProducePlan& plan, Response& response) {
    if (context.api_version() < kFirstVersionWithLeaders) return;
    for (const ProduceItem& item : plan.items) {
        if (item.answer->error_code != ErrorCode::NOT_LEADER_OR_FOLLOWER) continue;
        tell_leader(context, item.home.partition, *item.answer, response);
    }
}

// Nobody listens for an answer: an error can only be told by hanging up.
void end_without_answer(RequestContext& context, const Response& response) {
    for (const auto& topic : response.responses) {
        for (const auto& answer : topic.partition_responses) {
            if (answer.error_code == ErrorCode::NONE) continue;
            context.close_connection("a Produce request with acks=0 failed");
            return;
        }
    }
    context.answer_nothing();
}
// Transactional batches may have to wait for their verification, and must not overtake others of
// their producer that do. Whether one has to is known where its partition is: so none goes there
// before the one ahead of it has come back.
Task<void> append_in_order(RequestContext& context, ProducePlan& plan,
                           const std::string& transactional_id) {
    ProducerTurns::Turn turn(context.shard(), plan.producer_id);
    co_await turn;
    auto append = [&plan](Shard& there, ProduceItem& item) { append_item(there, plan, item); };
    co_await on_owners(context, plan.items, append);
    if (awaits_verification(plan)) co_await append_verified(context, plan, transactional_id);
}
}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    ProducePlan plan;
    plan_produce(context, request, plan, response);
    if (plan.producer_id != kNoProducerId) {
        co_await append_in_order(context, plan, *request.transactional_id);
    } else if (all_are_ours(plan)) {
        for (ProduceItem& item : plan.items) append_item(context.shard(), plan, item);
    } else {
        auto append = [&plan](Shard& there, ProduceItem& item) { append_item(there, plan, item); };
        co_await on_owners(context, plan.items, append);
    }
    if (has_postponed(plan)) co_await append_postponed(context, plan);
    if (waits_for_acks(plan)) {
        const std::chrono::milliseconds timeout{request.timeout_ms};
        co_await wait_for_acks(context, plan, timeout);
    }
    tell_leaders(context, plan, response);
    if (request.acks == 0) end_without_answer(context, response);
    co_return response;
}
KAFKA_HANDLER(Produce);

}  // namespace kafka::broker
