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
    auto ask = [&](TransactionShard& there, PartitionIndex partition) {
        return there.end_transaction(partition, request, context.api_version());
    };
    auto task = ask_for_transaction<Response>(context.shard(), id, ask);
    Coordinated<Response> answer = co_await task;
    if (!answer) co_return refuse(answer.error());
    co_return answer.take();
}

KAFKA_HANDLER(EndTxn);

}  // namespace kafka::broker
