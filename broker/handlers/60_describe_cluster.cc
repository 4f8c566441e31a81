// DescribeCluster: which cluster is this, and who is in it? (KIP-700, KIP-919 for controllers)
#include "broker/cluster_view.h"
#include "broker/config.h"
#include "broker/handler.h"
#include "protocol/gen/describe_cluster.h"

namespace kafka::broker {
namespace {
using Request = DescribeClusterRequest;
using Response = DescribeClusterResponse;

constexpr std::int8_t kBrokers = 1;
constexpr std::int8_t kControllers = 2;

Response refuse(ErrorCode code, std::string message) {
    Response response;
    response.error_code = code;
    response.error_message = std::move(message);
    return response;
}

}  // namespace

Response handle(RequestContext& context, const Request& request) {
    if (request.endpoint_type == kControllers) {
        return refuse(ErrorCode::MISMATCHED_ENDPOINT_TYPE,
                      "The request was sent to an endpoint of type BROKER, but we wanted an "
                      "endpoint of type CONTROLLER");
    }
    if (request.endpoint_type != kBrokers) {
        return refuse(ErrorCode::UNSUPPORTED_ENDPOINT_TYPE,
                      "Unsupported endpoint type " + std::to_string(request.endpoint_type));
    }
    Response response;
    response.cluster_id = cluster_id_of(context);
    response.controller_id = context.config().statics.node_id;
    for (BrokerView& broker : brokers_seen_by(context, request.include_fenced_brokers)) {
        auto& answer = response.brokers.emplace_back();
        answer.broker_id = broker.id;
        answer.host = std::move(broker.endpoint.host);
        answer.port = broker.endpoint.port;
        answer.rack = std::move(broker.rack);
        answer.is_fenced = broker.fenced;
    }
    if (request.include_cluster_authorized_operations) {
        response.cluster_authorized_operations = operations_on_cluster(context);
    }
    return response;
}

KAFKA_HANDLER(DescribeCluster);

}  // namespace kafka::broker
