// InitProducerId: give a producer an id and an epoch, so that its retries are recognised and, with
// a transactional id, so that whoever had that before is fenced. (KIP-98, KIP-360, KIP-890)
#include "broker/config.h"
#include "broker/transactions/transaction_request.h"
#include "broker/waiting_handler.h"
#include "cluster/controller.h"
#include "cluster/effective_config.h"
#include "protocol/gen/init_producer_id.h"

namespace kafka::broker {
namespace {
using Request = InitProducerIdRequest;
using Response = InitProducerIdResponse;

Response refuse(ErrorCode code) {
    Response response;
    response.error_code = code;
    response.producer_epoch = ProducerEpoch{-1};
    return response;
}

ErrorCode check_transactional(const RequestContext& context, const Request& request) {
    const std::string& id = *request.transactional_id;
    if (!context.authorized(Operation::Write, id, ResourceType::TransactionalId)) {
        return ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }
    if (id.empty()) return ErrorCode::INVALID_REQUEST;
    const std::int64_t max_timeout_ms = cluster::broker_number(
        "transaction.max.timeout.ms", context.image(), context.config().statics);
    if (request.transaction_timeout_ms <= 0 || request.transaction_timeout_ms > max_timeout_ms) {
        return ErrorCode::INVALID_TRANSACTION_TIMEOUT;
    }
    return ErrorCode::NONE;
}

Task<Response> without_transactions(RequestContext& context) {
    auto next_id = [](cluster::Controller& controller) { return controller.next_producer_id(); };
    Result<ProducerId> id = ProducerId{-1};
    id = co_await context.on_controller(next_id);
    if (!id) co_return refuse(id.error().code);
    Response response;
    response.producer_id = *id;
    co_return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const bool has_id = request.producer_id != ProducerId{-1};
    const bool has_epoch = request.producer_epoch != ProducerEpoch{-1};
    if (has_id != has_epoch) co_return refuse(ErrorCode::INVALID_REQUEST);
    if (!request.transactional_id) co_return co_await without_transactions(context);

    const ErrorCode refusal = check_transactional(context, request);
    if (refusal != ErrorCode::NONE) co_return refuse(refusal);
    auto ask = [&](TransactionShard& there, PartitionIndex partition) {
        return there.init_producer_id(partition, request, context.api_version());
    };
    auto task = ask_for_transaction<Response>(context.shard(), *request.transactional_id, ask);
    Coordinated<Response> answer = co_await task;
    if (!answer) co_return refuse(answer.error());
    co_return answer.take();
}

KAFKA_HANDLER(InitProducerId);

}  // namespace kafka::broker
