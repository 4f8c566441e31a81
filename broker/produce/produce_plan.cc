#include "broker/produce/produce_plan.h"

#include "broker/produce/transactional_batches.h"
#include "cluster/image.h"
#include "protocol/record_batch.h"
#include "storage/batch_validator.h"

namespace kafka::broker {
namespace {
using Request = ProduceRequest;
using Response = ProduceResponse;
using Answer = ProduceResponse::Topic::Partition;

constexpr std::int16_t kFirstVersionWithTopicIds = 13;
// Tools that repair a broken broker write to internal topics under this name.
constexpr std::string_view kAdminClientId = "__admin_client";

// What holds for all batches of a topic.
struct TopicFacts {
    const cluster::Topic* topic = nullptr;  // null when it cannot be written to
    ErrorCode unknown = ErrorCode::NONE;    // why
    ErrorCode refusal = ErrorCode::NONE;    // of batches that are otherwise in order
};

class Planner {
  public:
    Planner(RequestContext& context, Request& request, ProducePlan& plan, Response& response)
        : context_(context),
          request_(request),
          plan_(plan),
          response_(response),
          transactional_(request.transactional_id) {}

    void run() {
        response_.responses.reserve(request_.topic_data.size());
        for (Request::Topic& topic : request_.topic_data) {
            if (!topic.partition_data.empty()) plan_topic(topic);
        }
        if (!refusal_) refusal_ = transactional_.refusal();
        if (refusal_) return refuse_request();
        plan_.producer_id = transactional_.producer_id();
        plan_.producer_epoch = transactional_.producer_epoch();
        plan_.verifies = plan_.producer_id != kNoProducerId && verifies_transactions(context_);
    }

  private:
    void plan_topic(Request::Topic& asked) {
        auto& answers = response_.responses.emplace_back();
        answers.topic_id = asked.topic_id;
        const TopicFacts facts = facts_of(asked);
        answers.name = std::move(asked.name);
        answers.partition_responses.reserve(asked.partition_data.size());
        // Unlike Kafka: a partition that is named twice gets both batches and two answers; Kafka
        // keeps the last and drops the other without a word.
        for (auto& data : asked.partition_data) {
            Answer& answer = answers.partition_responses.emplace_back();
            answer.index = data.index;
            answer.base_offset = Offset{-1};
            // Unlike Kafka: no records at all are refused as empty ones are; Kafka never answers.
            const MutableBytes batch = data.records ? data.records->bytes : MutableBytes{};
            answer.error_code = plan_batch(facts, batch, answer);
        }
    }

    TopicFacts facts_of(const Request::Topic& asked) const {
        TopicFacts facts;
        if (context_.api_version() >= kFirstVersionWithTopicIds) {
            facts.topic = context_.image().topics.find(asked.topic_id);
            facts.unknown = ErrorCode::UNKNOWN_TOPIC_ID;
        } else {
            facts.topic = context_.image().topics.find(asked.name);
            facts.unknown = ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        }
        const std::string_view name =
            facts.topic ? std::string_view(facts.topic->name) : std::string_view(asked.name);
        // By name even when there is no such topic: who may not write learns nothing of it.
        if (!name.empty() && !context_.authorized(Operation::Write, name)) {
            return {nullptr, ErrorCode::TOPIC_AUTHORIZATION_FAILED, ErrorCode::NONE};
        }
        if (request_.acks < -1 || request_.acks > 1) {
            facts.refusal = ErrorCode::INVALID_REQUIRED_ACKS;
        } else if (cluster::is_internal_topic(name) && context_.client_id() != kAdminClientId) {
            facts.refusal = ErrorCode::INVALID_TOPIC_EXCEPTION;
        }
        return facts;
    }

    // Puts the batch into the plan, or says why not.
    ErrorCode plan_batch(const TopicFacts& facts, MutableBytes bytes, Answer& answer) {
        const auto malformed = storage::check_produced_bytes(bytes, context_.api_version());
        if (malformed && malformed->message && !refusal_) {
            // Bytes that end the reading of the request condemn the other partitions with it.
            refusal_ = Error{malformed->code, *malformed->message};
        }
        const bool has_header =
            !malformed || malformed->code == ErrorCode::UNSUPPORTED_COMPRESSION_TYPE;
        const bool is_transactional = has_header && RecordBatchView(bytes).is_transactional();
        if (is_transactional) transactional_.see();

        if (!facts.topic) return facts.unknown;
        const auto index = static_cast<std::uint32_t>(answer.index.value);
        if (index >= facts.topic->partitions.size()) return ErrorCode::UNKNOWN_TOPIC_OR_PARTITION;
        if (malformed) return malformed->code;
        const bool of_transaction = is_transactional && transactional_.take(RecordBatchView(bytes));
        if (facts.refusal != ErrorCode::NONE) return facts.refusal;

        const TopicIdPartition partition{facts.topic->id, answer.index};
        Shard& owner = context_.shard().all().at(context_.shard_of(partition));
        plan_.items.push_back({{partition, &owner}, bytes, &answer, nullptr, of_transaction});
        return ErrorCode::NONE;
    }

    void refuse_request() {
        plan_.items.clear();
        for (auto& topic : response_.responses) {
            for (Answer& answer : topic.partition_responses) {
                answer.error_code = refusal_->code;
                if (!refusal_->message.empty()) answer.error_message = refusal_->message;
            }
        }
    }

    RequestContext& context_;
    Request& request_;
    ProducePlan& plan_;
    Response& response_;
    TransactionalBatches transactional_;
    std::optional<Error> refusal_;  // of the whole request
};

}  // namespace

void plan_produce(RequestContext& context, Request& request, ProducePlan& plan,
                  Response& response) {
    plan.required_acks = request.acks;
    plan.version = context.api_version();
    plan.now = context.now();
    plan.home = &context.shard();
    Planner(context, request, plan, response).run();
}

}  // namespace kafka::broker
