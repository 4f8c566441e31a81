// FindCoordinator: which broker coordinates this group or transactional id? (KIP-699: several at
// once) The first question of a kind makes the topic that those are kept in.
#include "base/log.h"
#include "broker/config.h"
#include "broker/coordinator_request.h"
#include "broker/groups/group_shard.h"
#include "broker/transactions/transaction_shard.h"
#include "broker/waiting_handler.h"
#include "cluster/auto_topics.h"
#include "cluster/controller.h"
#include "cluster/image.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/find_coordinator.h"

namespace kafka::broker {
namespace {
using Request = FindCoordinatorRequest;
using Response = FindCoordinatorResponse;
using Found = Response::Coordinator;

constexpr std::int8_t kGroup = 0;
constexpr std::int8_t kTransaction = 1;
constexpr std::int8_t kShare = 2;
constexpr std::int16_t kFirstVersionWithBatches = 4;
constexpr std::int16_t kFirstVersionWithShare = 6;

constexpr const char* kNotAvailable = "The coordinator is not available.";
constexpr const char* kInvalidRequest =
    "This most likely occurs because of a request being malformed by the client library or the "
    "message was sent to an incompatible broker. See the broker logs for more details.";

bool is_known(std::int8_t key_type) {
    return key_type == kGroup || key_type == kTransaction || key_type == kShare;
}

// groupId:topicId:partition; the group id may contain colons.
bool is_share_key(std::string_view key) {
    const auto partition = key.rfind(':');
    if (partition == std::string_view::npos || partition == 0) return false;
    const auto topic = key.rfind(':', partition - 1);
    if (topic == std::string_view::npos || topic == 0) return false;
    const std::string_view number = key.substr(partition + 1);
    const bool is_number =
        !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
    return is_number && Uuid::parse(key.substr(topic + 1, partition - topic - 1)).has_value();
}

// The topic that a coordinator of this kind keeps its records in; nothing for those we have not.
std::string_view topic_of(std::int8_t key_type) {
    if (key_type == kGroup) return kOffsetsTopic;
    if (key_type == kTransaction) return kTransactionTopic;
    return "";
}

Task<void> make_topic(RequestContext& context, std::string_view name) {
    CreateTopicsRequest request;
    request.timeout_ms = 30'000;
    request.topics.push_back(
        cluster::auto_topic(std::string(name), context.image(), context.config().statics));
    auto create = [&request](cluster::Controller& controller) {
        return controller.create_topics(request);
    };
    auto call = context.on_controller(create);
    CreateTopicsResponse response = co_await call;
    const ErrorCode error = response.topics.front().error_code;
    if (error != ErrorCode::NONE && error != ErrorCode::TOPIC_ALREADY_EXISTS) {
        log::error("cannot create {}: {}", name, error_name(error));
    }
}

Found not_found(std::string_view key, ErrorCode error) {
    Found found;
    found.key = key;
    found.node_id = BrokerId{-1};
    found.port = -1;
    found.error_code = error;
    found.error_message = "";
    return found;
}

Found coordinator_of(const RequestContext& context, std::string_view topic_name,
                     std::string_view key) {
    const cluster::Topic* topic = context.image().topics.find(topic_name);
    if (!topic || topic->partitions.empty()) {
        return not_found(key, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    }
    const auto count = static_cast<std::int32_t>(topic->partitions.size());
    const auto index = static_cast<std::size_t>(partition_of_key(key, count).value);
    const BrokerId leader = topic->partitions[index].leader;
    Found found = not_found(key, ErrorCode::NONE);
    found.node_id = leader;
    if (leader == context.config().statics.node_id) {
        const Endpoint own = context.client().own_endpoint();
        found.host = own.host;
        found.port = own.port;
        return found;
    }
    const cluster::Broker* broker = context.image().find_broker(leader);
    const cluster::BrokerEndpoint* endpoint =
        broker ? broker->endpoint(context.client().listener()) : nullptr;
    if (!endpoint) return not_found(key, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    found.host = endpoint->host;
    found.port = endpoint->port;
    return found;
}

Found find(const RequestContext& context, std::int8_t key_type, std::string_view key) {
    const bool share_is_valid =
        context.api_version() >= kFirstVersionWithShare && is_share_key(key);
    const std::string_view topic = topic_of(key_type);
    if (!topic.empty()) return coordinator_of(context, topic, key);
    if (key_type == kShare && !share_is_valid) return not_found(key, ErrorCode::INVALID_REQUEST);
    return not_found(key, ErrorCode::COORDINATOR_NOT_AVAILABLE);
}

Response as_single(const Found& found) {
    Response response;
    response.error_code = found.error_code;
    response.node_id = found.node_id;
    response.host = found.host;
    response.port = found.port;
    response.error_message = found.error_code == ErrorCode::NONE              ? "NONE"
                             : found.error_code == ErrorCode::INVALID_REQUEST ? kInvalidRequest
                                                                              : kNotAvailable;
    return response;
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const std::string_view topic = topic_of(request.key_type);
    if (!topic.empty() && !context.image().topics.find(topic)) {
        auto task = make_topic(context, topic);
        co_await task;
    }
    if (context.api_version() < kFirstVersionWithBatches) {
        if (is_known(request.key_type)) {
            co_return as_single(find(context, request.key_type, request.key));
        }
        co_return as_single(not_found(request.key, ErrorCode::INVALID_REQUEST));
    }
    Response response;
    for (const std::string& key : request.coordinator_keys) {
        if (is_known(request.key_type)) {
            response.coordinators.push_back(find(context, request.key_type, key));
            continue;
        }
        Found refused = not_found(key, ErrorCode::INVALID_REQUEST);
        refused.error_message = kInvalidRequest;
        response.coordinators.push_back(std::move(refused));
    }
    co_return response;
}

KAFKA_HANDLER(FindCoordinator);

}  // namespace kafka::broker
