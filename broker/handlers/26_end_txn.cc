// EndTxn: commit or abort a transaction. When this is answered, readers see the outcome. (KIP-98;
// KIP-890 raises the producer's epoch with it)
#include "broker/transactions/transaction_request.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/end_txn.h"

namespace kafka::broker {
namespace {
using Request = EndTxnRequest;
using Response = EndTxnResponse;

Response refuse(ErrorCode code) {
    Response response;
    response.error_code = code;
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::string& id = request.transactional_id;
    if (!context.authorized(Operation::Write, id, ResourceType::TransactionalId)) {
        co_return refuse(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    }
    const auto place = place_of_transaction(context.shard(), id);
    if (!place) co_return refuse(ErrorCode::NOT_COORDINATOR);
    const std::int16_t version = context.api_version();
    auto ask = [&request, version, partition = place->partition](TransactionShard& there) {
        return there.end_transaction(partition, request, version);
    };
    auto task = on_transaction_shard(context.shard(), *place, ask);
    Coordinated<Response> answer = co_await task;
    if (!answer) co_return refuse(answer.error());
    co_return answer.take();
}

KAFKA_HANDLER(EndTxn);

}  // namespace kafka::broker
