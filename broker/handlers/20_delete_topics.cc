// DeleteTopics: remove topics and their data, by name or by id. (KIP-4, KIP-516)
#include "broker/config.h"
#include "broker/waiting_handler.h"
#include "cluster/controller.h"
#include "cluster/effective_config.h"
#include "protocol/gen/delete_topics.h"

namespace kafka::broker {
namespace {
using Request = DeleteTopicsRequest;
using Response = DeleteTopicsResponse;

constexpr std::int16_t kFirstVersionWithDeletionDisabled = 3;

// Older versions carry plain names.
void name_topics(Request& request) {
    for (std::string& name : request.topic_names) {
        request.topics.emplace_back().name = std::move(name);
    }
    request.topic_names.clear();
}

Response refuse(const Request& request, ErrorCode code) {
    Response response;
    for (const auto& topic : request.topics) {
        auto& answer = response.responses.emplace_back();
        answer.name = topic.name;
        answer.topic_id = topic.topic_id;
        answer.error_code = code;
    }
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    name_topics(request);
    if (!cluster::broker_flag("delete.topic.enable", context.image(), context.config().statics)) {
        co_return refuse(request, context.api_version() < kFirstVersionWithDeletionDisabled
                                      ? ErrorCode::INVALID_REQUEST
                                      : ErrorCode::TOPIC_DELETION_DISABLED);
    }
    if (request.timeout_ms <= 0) co_return refuse(request, ErrorCode::REQUEST_TIMED_OUT);
    auto remove = [&request](cluster::Controller& controller) {
        return controller.delete_topics(std::move(request));
    };
    co_return co_await context.on_controller(remove);
}

KAFKA_HANDLER(DeleteTopics);

}  // namespace kafka::broker
