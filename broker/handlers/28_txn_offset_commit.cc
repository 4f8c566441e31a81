// TxnOffsetCommit: a group's offsets are committed with a transaction, or not at all. (KIP-98; only
// by a member that is still one: KIP-447; without AddOffsetsToTxn before: KIP-890)
#include "broker/groups/group_request.h"
#include "broker/transactions/verification.h"
#include "cluster/image.h"
#include "protocol/gen/txn_offset_commit.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
using Request = TxnOffsetCommitRequest;
using Response = TxnOffsetCommitResponse;
using storage::VerificationGuard;

constexpr std::int16_t kFirstVersionThatAdds = 5;
constexpr std::int16_t kFirstVersionWithAbortable = 4;

Response::Topic& topic_in(Response& response, const std::string& name) {
    for (Response::Topic& topic : response.topics) {
        if (topic.name == name) return topic;
    }
    return response.topics.emplace_back(Response::Topic{name, {}});
}

// Takes out of the request what does not exist, and answers that.
void resolve(const RequestContext& context, Request& request, Response& response) {
    std::vector<Request::Topic> known;
    for (Request::Topic& asked : request.topics) {
        const bool readable = context.authorized(Operation::Read, asked.name);
        const cluster::Topic* topic = context.image().topics.find(asked.name);
        const std::size_t count = topic ? topic->partitions.size() : 0;
        const ErrorCode error = readable ? ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
                                         : ErrorCode::TOPIC_AUTHORIZATION_FAILED;
        auto good = std::exchange(asked.partitions, {});
        for (auto& each : good) {
            const bool exists = static_cast<std::uint32_t>(each.partition_index.value) < count;
            if (exists && readable) {
                asked.partitions.push_back(std::move(each));
            } else {
                topic_in(response, asked.name).partitions.push_back({each.partition_index, error});
            }
        }
        if (!asked.partitions.empty()) known.push_back(std::move(asked));
    }
    request.topics = std::move(known);
}

void answer_all(const Request& request, ErrorCode error, Response& response) {
    for (const auto& topic : request.topics) {
        auto& answers = topic_in(response, topic.name).partitions;
        for (const auto& each : topic.partitions) answers.push_back({each.partition_index, error});
    }
}

// What the transaction coordinator says, as this version understands it.
ErrorCode for_version(ErrorCode error, std::int16_t version) {
    if (error == ErrorCode::PRODUCER_FENCED) return ErrorCode::INVALID_PRODUCER_EPOCH;
    if (error == ErrorCode::TRANSACTION_ABORTABLE && version < kFirstVersionWithAbortable) {
        return ErrorCode::INVALID_TXN_STATE;
    }
    return error;
}

// The way of one commit: to the partition of the group's offsets, to the transaction coordinator if
// the transaction is not open there yet, and to the group.
class Commit {
  public:
    Commit(RequestContext& context, const Request& request, CoordinatorPlace place)
        : context_(context),
          request_(request),
          place_(place),
          offsets_{context.image().topics.find(kOffsetsTopic)->id, place.partition} {}

    Task<ErrorCode> verify_transaction() {
        auto begin = [this](Shard& there) { return verification_of(there); };
        auto crossing = context_.on_shard(place_.shard->id(), begin);
        Result<VerificationGuard> guard = co_await crossing;
        if (!guard) co_return guard.error().code;
        guard_ = *guard;
        if (guard_ == storage::kNoVerification) co_return ErrorCode::NONE;

        Verification verification;
        verification.transactional_id = request_.transactional_id;
        verification.producer_id = request_.producer_id;
        verification.producer_epoch = request_.producer_epoch;
        verification.adds = context_.api_version() >= kFirstVersionThatAdds;
        verification.partitions.push_back(
            {std::string(kOffsetsTopic), place_.partition, ErrorCode::NONE});
        auto task = verify(context_.shard(), verification);
        co_await task;
        co_return for_version(verification.partitions.front().error, context_.api_version());
    }

    Task<Coordinated<Response>> commit_offsets() {
        auto commit = [this](groups::GroupCoordinator& coordinator, const groups::Context& now) {
            groups::Answered<Response> answer;
            const ErrorCode error = check_verified();
            if (error == ErrorCode::NONE) return coordinator.txn_offset_commit(request_, now);
            answer_all(request_, error, answer.response);
            return answer;
        };
        auto task = decide_for_group<Response>(context_, request_.group_id, commit);
        Coordinated<Response> answer = co_await task;
        co_return answer;
    }

  private:
    // On the group's shard.
    Result<VerificationGuard> verification_of(Shard& there) const {
        storage::Partition* partition = there.find(offsets_);
        if (!partition) return Error{ErrorCode::NOT_COORDINATOR, ""};
        return partition->start_verification(request_.producer_id, request_.producer_epoch,
                                             context_.now());
    }
    // On the group's shard. The transaction may have ended since it was verified: what came now
    // would belong to none that anybody ends.
    ErrorCode check_verified() const {
        const Result<VerificationGuard> now = verification_of(*place_.shard);
        if (!now) return now.error().code;
        const bool good = *now == storage::kNoVerification || *now == guard_;
        return good ? ErrorCode::NONE : ErrorCode::INVALID_TXN_STATE;
    }

    RequestContext& context_;
    const Request& request_;
    const CoordinatorPlace place_;
    const TopicIdPartition offsets_;
    VerificationGuard guard_ = storage::kNoVerification;
};

Task<ErrorCode> commit(RequestContext& context, const Request& request, Response& response) {
    const auto place = place_of_group(context, request.group_id);
    if (!place) co_return ErrorCode::NOT_COORDINATOR;
    Commit commit(context, request, *place);
    auto verification = commit.verify_transaction();
    const ErrorCode error = co_await verification;
    if (error != ErrorCode::NONE) co_return error;
    auto task = commit.commit_offsets();
    Coordinated<Response> answer = co_await task;
    if (!answer) co_return answer.error();
    for (auto& topic : answer->topics) {
        auto& answers = topic_in(response, topic.name).partitions;
        answers.insert(answers.end(), topic.partitions.begin(), topic.partitions.end());
    }
    co_return ErrorCode::NONE;
}

ErrorCode refusal_of(const RequestContext& context, const Request& request) {
    if (!context.authorized(Operation::Write, request.transactional_id,
                            ResourceType::TransactionalId)) {
        return ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    }
    if (!context.authorized(Operation::Read, request.group_id, ResourceType::Group)) {
        return ErrorCode::GROUP_AUTHORIZATION_FAILED;
    }
    return ErrorCode::NONE;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    Response response;
    ErrorCode error = refusal_of(context, request);
    if (error == ErrorCode::NONE) {
        resolve(context, request, response);
        if (request.topics.empty()) co_return response;
        if (request.group_id.empty()) error = ErrorCode::INVALID_GROUP_ID;
    }
    if (error == ErrorCode::NONE) {
        auto task = commit(context, request, response);
        error = co_await task;
    }
    if (error != ErrorCode::NONE) answer_all(request, error, response);
    co_return response;
}

KAFKA_HANDLER(TxnOffsetCommit);

}  // namespace kafka::broker
