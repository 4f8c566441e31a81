// DescribeTransactions: where these transactional ids stand, and what is in their transactions.
// (KIP-664)
#include "broker/transactions/transaction_request.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/describe_transactions.h"

namespace kafka::broker {
namespace {
using Request = DescribeTransactionsRequest;
using Response = DescribeTransactionsResponse;
using State = Response::TransactionState;

State refuse(const std::string& id, ErrorCode error) {
    State state;
    state.transactional_id = id;
    state.error_code = error;
    return state;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    for (const std::string& id : request.transactional_ids) {
        if (!context.authorized(Operation::Describe, id, ResourceType::TransactionalId)) {
            response.transaction_states.push_back(
                refuse(id, ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
            continue;
        }
        if (id.empty()) {
            response.transaction_states.push_back(refuse(id, ErrorCode::INVALID_REQUEST));
            continue;
        }
        auto describe = [&id](const transactions::TransactionCoordinator& coordinator,
                              const transactions::Context&) { return coordinator.describe(id); };
        auto task = look_at_transaction<State>(context.shard(), id, describe);
        Coordinated<State> answer = co_await task;
        State state = answer ? answer.take() : refuse(id, answer.error());
        // Whoever may not see a topic does not learn of it here either.
        std::erase_if(state.topics, [&context](const auto& topic) {
            return !context.authorized(Operation::Describe, topic.topic);
        });
        response.transaction_states.push_back(std::move(state));
    }
    co_return response;
}

KAFKA_HANDLER(DescribeTransactions);

}  // namespace kafka::broker
