// AddOffsetsToTxn: the offsets of a group are to be committed with a transaction. (KIP-98) What
// joins the transaction is the partition that the group's offsets are kept in.
#include "broker/config.h"
#include "broker/groups/group_shard.h"
#include "broker/transactions/transaction_request.h"
#include "broker/waiting_handler.h"
#include "cluster/image.h"
#include "protocol/gen/add_offsets_to_txn.h"

namespace kafka::broker {
namespace {
using Request = AddOffsetsToTxnRequest;
using Response = AddOffsetsToTxnResponse;

constexpr std::int16_t kKnowsFenced = 2;

Response answer_with(ErrorCode error) {
    Response response;
    response.error_code = error;
    return response;
}

PartitionIndex offsets_partition(const RequestContext& context, const std::string& group) {
    const cluster::Topic* topic = context.image().topics.find(kOffsetsTopic);
    const std::int64_t count = topic ? static_cast<std::int64_t>(topic->partitions.size())
                                     : context.config().number("offsets.topic.num.partitions");
    return partition_of_key(group, static_cast<std::int32_t>(count));
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::string& id = request.transactional_id;
    if (!context.authorized(Operation::Write, id, ResourceType::TransactionalId)) {
        co_return answer_with(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    }
    if (!context.authorized(Operation::Read, request.group_id, ResourceType::Group)) {
        co_return answer_with(ErrorCode::GROUP_AUTHORIZATION_FAILED);
    }
    transactions::PartitionsToAdd asked{id, {request.producer_id, request.producer_epoch}};
    asked.partitions.add(kOffsetsTopic, offsets_partition(context, request.group_id));
    auto add = [&asked](transactions::TransactionCoordinator& coordinator,
                        const transactions::Context& now) {
        return coordinator.add_partitions(asked, now);
    };
    auto task = decide_for_transaction<transactions::Verified>(context.shard(), id, add);
    Coordinated<transactions::Verified> answer = co_await task;
    const ErrorCode error = answer ? answer->error : answer.error();
    if (error == ErrorCode::PRODUCER_FENCED && context.api_version() < kKnowsFenced) {
        co_return answer_with(ErrorCode::INVALID_PRODUCER_EPOCH);
    }
    co_return answer_with(error);
}

KAFKA_HANDLER(AddOffsetsToTxn);

}  // namespace kafka::broker
