// ListTransactions: every transactional id that this broker coordinates. (KIP-664; by duration:
// KIP-994; by name: KIP-1152)
#include <re2/re2.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "broker/shards.h"
#include "broker/transactions/transaction_shard.h"
#include "broker/waiting_handler.h"
#include "protocol/gen/list_transactions.h"

namespace kafka::broker {
namespace {
using Request = ListTransactionsRequest;
using Response = ListTransactionsResponse;
using Pattern = std::shared_ptr<const re2::RE2>;

// Null when none is asked for.
Pattern pattern_of(const Request& request) {
    const auto& text = request.transactional_id_pattern;
    if (!text || text->empty()) return nullptr;
    re2::RE2::Options quiet;
    quiet.set_log_errors(false);
    return std::make_shared<const re2::RE2>(*text, quiet);
}

// Of the whole id, as Kafka matches it.
transactions::ListFilter filter_of(const Request& request, const Pattern& pattern) {
    if (!pattern) return {request, nullptr};
    return {request, [pattern](std::string_view id) {
                return re2::RE2::FullMatch(re2::StringPiece(id.data(), id.size()), *pattern);
            }};
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    const Pattern pattern = pattern_of(request);
    if (pattern && !pattern->ok()) {
        response.error_code = ErrorCode::INVALID_REGULAR_EXPRESSION;
        co_return response;
    }
    const transactions::ListFilter filter = filter_of(request, pattern);
    Shards& all = context.shard().all();
    std::vector<Shard*> shards;
    for (std::uint32_t i = 0; i < all.count(); ++i) shards.push_back(&all.at(ShardId{i}));
    std::vector<Response> found(shards.size());
    auto list = [&](Shard& there) {
        Response& here = found[static_cast<std::size_t>(there.id())];
        auto visit = [&](const transactions::TransactionCoordinator& coordinator,
                         const transactions::Context& now) {
            coordinator.list(filter, now.now.wall, here.transaction_states);
        };
        here.error_code = there.transactions().for_each(visit);
    };
    auto trip = context.on_shards(shards, list);
    co_await trip;

    response.unknown_state_filters = filter.unknown_states();
    for (Response& each : found) {
        if (each.error_code != ErrorCode::NONE) response.error_code = each.error_code;
        std::ranges::move(each.transaction_states, std::back_inserter(response.transaction_states));
    }
    std::erase_if(response.transaction_states, [&context](const auto& state) {
        return !context.authorized(Operation::Describe, state.transactional_id,
                                   ResourceType::TransactionalId);
    });
    if (response.error_code != ErrorCode::NONE) response.transaction_states.clear();
    co_return response;
}

KAFKA_HANDLER(ListTransactions);

}  // namespace kafka::broker
