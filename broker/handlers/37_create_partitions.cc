// CreatePartitions: give topics more partitions. (KIP-195)
#include "broker/waiting_handler.h"
#include "cluster/controller.h"
#include "protocol/gen/create_partitions.h"

namespace kafka::broker {
namespace {
using Request = CreatePartitionsRequest;
using Response = CreatePartitionsResponse;

Response timed_out(const Request& request) {
    Response response;
    for (const auto& topic : request.topics) {
        auto& answer = response.results.emplace_back();
        answer.name = topic.name;
        answer.error_code = ErrorCode::REQUEST_TIMED_OUT;
    }
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    if (request.timeout_ms <= 0) co_return timed_out(request);
    auto create = [&request](cluster::Controller& controller) {
        return controller.create_partitions(std::move(request));
    };
    co_return co_await context.on_controller(create);
}

KAFKA_HANDLER(CreatePartitions);

}  // namespace kafka::broker
