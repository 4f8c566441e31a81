#include "transactions/transaction_coordinator.h"

#include <algorithm>

namespace kafka::transactions {
namespace {

// Clients of older versions know INVALID_PRODUCER_EPOCH alone.
constexpr std::int16_t kInitKnowsFenced = 4;
constexpr std::int16_t kEndKnowsFenced = 2;
// EndTxn of this version is of a client with transactions V2.
constexpr std::int16_t kEndRaisesEpoch = 5;

ErrorCode for_version(ErrorCode error, std::int16_t version, std::int16_t knows_fenced) {
    if (error != ErrorCode::PRODUCER_FENCED || version >= knows_fenced) return error;
    return ErrorCode::INVALID_PRODUCER_EPOCH;
}

InitProducerIdResponse refused(ErrorCode error) {
    InitProducerIdResponse response;
    response.error_code = error;
    response.producer_epoch = kNoProducerEpoch;
    return response;
}

// Once the markers are in, a producer whose epochs have run out goes on with another id.
Producer after_markers(const TransactionValue& value) {
    if (value.next_producer_id == kNoProducerId) return {value.producer_id, value.producer_epoch};
    return {value.next_producer_id, ProducerEpoch{0}};
}

}  // namespace

Transaction* TransactionCoordinator::lookup(std::string_view id) {
    const auto found = transactions_.find(id);
    return found == transactions_.end() ? nullptr : &found->second;
}

const Transaction* TransactionCoordinator::find(std::string_view id) const {
    const auto found = transactions_.find(id);
    return found == transactions_.end() ? nullptr : &found->second;
}

Effects TransactionCoordinator::effects_of(const std::string& id, Decision decision,
                                           const Context& context) {
    Effects effects;
    if (!decision.next) return effects;
    const TransactionValue& next = *decision.next;
    if (Transaction* transaction = lookup(id)) {
        transaction->last_producer_epoch = decision.last_producer_epoch;
        const bool begins = next.state == TransactionState::Ongoing &&
                            transaction->hard.state != TransactionState::Ongoing;
        if (begins) schedule(id, *transaction, context.now.in_ms(next.timeout_ms + 1LL));
        if (is_prepared(next.state)) {
            transaction->markers_under_way = true;
            effects.replies.push_back(markers_of(id, next));
        }
    }
    effects.records.push_back({id, std::move(decision.next)});
    return effects;
}

Answered<InitProducerIdResponse> TransactionCoordinator::init_producer_id(
    const InitProducerIdRequest& request, std::int16_t version, const Context& context) {
    const std::string& id = *request.transactional_id;
    InitProducer asked{.timeout_ms = request.transaction_timeout_ms};
    if (request.producer_id != kNoProducerId) {
        asked.own = Producer{request.producer_id, request.producer_epoch};
    }
    Decision decision = on_init_producer_id(find(id), asked, context.new_ids, context.now.wall);
    Answered<InitProducerIdResponse> answer;
    if (decision.error != ErrorCode::NONE) {
        answer.response = refused(for_version(decision.error, version, kInitKnowsFenced));
    } else {
        answer.response.producer_id = decision.next->producer_id;
        answer.response.producer_epoch = decision.next->producer_epoch;
    }
    answer.effects = effects_of(id, std::move(decision), context);
    return answer;
}

Answered<Verified> TransactionCoordinator::add_partitions(const PartitionsToAdd& request,
                                                          const Context& context) {
    const std::string& id = request.transactional_id;
    if (id.empty()) return {.response = {.error = ErrorCode::INVALID_REQUEST}};
    Decision decision = on_add_partitions(find(id), request.producer, request.partitions,
                                          request.client_version, context.now.wall);
    Answered<Verified> answer{.response = {.error = decision.error}};
    answer.effects = effects_of(id, std::move(decision), context);
    return answer;
}

Verified TransactionCoordinator::verify_partitions(const PartitionsToAdd& request) const {
    if (request.transactional_id.empty()) return {.error = ErrorCode::INVALID_REQUEST};
    const Transaction* transaction = find(request.transactional_id);
    Verified verified{.error = on_verify(transaction, request.producer)};
    if (verified.error != ErrorCode::NONE) return verified;
    for (const PartitionSet::Topic& topic : request.partitions.topics()) {
        for (const PartitionIndex index : topic.partition_ids) {
            if (transaction->hard.partitions.contains(topic.topic, index)) continue;
            verified.missing.add(topic.topic, index);
        }
    }
    return verified;
}

Answered<EndTxnResponse> TransactionCoordinator::end_transaction(const EndTxnRequest& request,
                                                                 std::int16_t version,
                                                                 const Context& context) {
    const std::string& id = request.transactional_id;
    Answered<EndTxnResponse> answer;
    EndTxnResponse& response = answer.response;
    response.producer_epoch = kNoProducerEpoch;
    if (id.empty()) {
        response.error_code = ErrorCode::INVALID_REQUEST;
        return answer;
    }
    const Transaction* current = find(id);
    const EndTransaction asked{
        .producer = {request.producer_id, request.producer_epoch},
        .commit = request.committed,
        .client_version = version >= kEndRaisesEpoch ? kVersionWithBump : std::int16_t{0}};
    Decision decision = on_end_transaction(current, asked, context.new_ids, context.now.wall);
    response.error_code = for_version(decision.error, version, kEndKnowsFenced);
    if (decision.error == ErrorCode::NONE) {
        const Producer producer = after_markers(decision.next ? *decision.next : current->hard);
        response.producer_id = producer.id;
        response.producer_epoch = producer.epoch;
    }
    answer.effects = effects_of(id, std::move(decision), context);
    return answer;
}

Transaction* TransactionCoordinator::awaiting(const MarkersToWrite& markers) {
    Transaction* transaction = lookup(markers.transactional_id);
    if (!transaction || !is_prepared(transaction->hard.state)) return nullptr;
    const Producer producer{transaction->hard.producer_id, transaction->hard.producer_epoch};
    return producer == markers.producer ? transaction : nullptr;
}

Effects TransactionCoordinator::markers_written(const MarkersToWrite& markers,
                                                const Context& context) {
    Transaction* transaction = awaiting(markers);
    if (!transaction) return {};
    transaction->markers_under_way = false;
    transaction->unmarked.reset();
    return effects_of(markers.transactional_id, on_markers_written(*transaction, context.now.wall),
                      context);
}

void TransactionCoordinator::markers_failed(const MarkersToWrite& markers, PartitionSet unmarked,
                                            const Context& context) {
    Transaction* transaction = awaiting(markers);
    if (!transaction) return;
    transaction->markers_under_way = false;
    transaction->unmarked = std::make_unique<PartitionSet>(std::move(unmarked));
    schedule(markers.transactional_id, *transaction,
             context.now.in_ms(context.config.marker_retry_ms));
}

}  // namespace kafka::transactions
