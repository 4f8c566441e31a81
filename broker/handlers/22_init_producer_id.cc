// InitProducerId: give a producer an id, so that its retries are recognised. (KIP-98, KIP-360)
// Ids of transactional producers come from their coordinator, which is not there yet.
#include "broker/config.h"
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

// What Kafka answers as long as the coordinator of the transactional id is somewhere else.
ErrorCode check_transactional(const RequestContext& context, const Request& request) {
    if (request.transactional_id->empty()) return ErrorCode::INVALID_REQUEST;
    const std::int64_t max_timeout_ms = cluster::broker_number(
        "transaction.max.timeout.ms", context.image(), context.config().statics);
    if (request.transaction_timeout_ms <= 0 || request.transaction_timeout_ms > max_timeout_ms) {
        return ErrorCode::INVALID_TRANSACTION_TIMEOUT;
    }
    return ErrorCode::NOT_COORDINATOR;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const bool has_id = request.producer_id != ProducerId{-1};
    const bool has_epoch = request.producer_epoch != ProducerEpoch{-1};
    if (has_id != has_epoch) co_return refuse(ErrorCode::INVALID_REQUEST);
    if (request.transactional_id) co_return refuse(check_transactional(context, request));

    auto next_id = [](cluster::Controller& controller) { return controller.next_producer_id(); };
    Result<ProducerId> id = ProducerId{-1};
    id = co_await context.on_controller(next_id);
    if (!id) co_return refuse(id.error().code);
    Response response;
    response.producer_id = *id;
    co_return response;
}

KAFKA_HANDLER(InitProducerId);

}  // namespace kafka::broker
