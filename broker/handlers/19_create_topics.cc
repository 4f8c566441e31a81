// CreateTopics: make topics, with partitions, replicas and configuration. (KIP-4, KIP-525)
#include "broker/waiting_handler.h"
#include "cluster/controller.h"
#include "protocol/gen/create_topics.h"

namespace kafka::broker {
namespace {
using Request = CreateTopicsRequest;
using Response = CreateTopicsResponse;

// A client that gives no time gets nothing: as in Kafka, where the deadline has passed on arrival.
Response timed_out(const Request& request) {
    Response response;
    for (const auto& topic : request.topics) {
        auto& answer = response.topics.emplace_back();
        answer.name = topic.name;
        answer.error_code = ErrorCode::REQUEST_TIMED_OUT;
    }
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    if (request.timeout_ms <= 0) co_return timed_out(request);
    auto create = [&request](cluster::Controller& controller) {
        return controller.create_topics(std::move(request));
    };
    co_return co_await context.on_controller(create);
}

KAFKA_HANDLER(CreateTopics);

}  // namespace kafka::broker
