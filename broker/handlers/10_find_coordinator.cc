// FindCoordinator: which broker coordinates this group or transactional id? (KIP-699: several at
// once) The first question for a group makes the topic that groups are kept in.
#include <algorithm>

#include "base/log.h"
#include "broker/config.h"
#include "broker/groups/group_request.h"
#include "broker/handler.h"
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

// As Kafka makes it.
CreateTopicsRequest offsets_topic(const RequestContext& context) {
    const BrokerConfig& config = context.config();
    // Unlike Kafka: a cluster with fewer brokers gets fewer replicas, instead of no groups.
    const auto brokers = static_cast<std::int64_t>(context.image().brokers.size());
    const std::int64_t replicas = std::clamp<std::int64_t>(
        config.number("offsets.topic.replication.factor"), 1, std::max<std::int64_t>(brokers, 1));
    CreateTopicsRequest request;
    request.timeout_ms = 30'000;
    auto& topic = request.topics.emplace_back();
    topic.name = kOffsetsTopic;
    topic.num_partitions = static_cast<std::int32_t>(config.number("offsets.topic.num.partitions"));
    topic.replication_factor = static_cast<std::int16_t>(replicas);
    const std::string segment_bytes = std::to_string(config.number("offsets.topic.segment.bytes"));
    topic.configs.push_back({"cleanup.policy", "compact"});
    topic.configs.push_back({"compression.type", "producer"});
    topic.configs.push_back({"segment.bytes", segment_bytes});
    return request;
}

Task<void> make_offsets_topic(RequestContext& context) {
    CreateTopicsRequest request = offsets_topic(context);
    auto create = [&request](cluster::Controller& controller) {
        return controller.create_topics(request);
    };
    auto call = context.on_controller(create);
    CreateTopicsResponse response = co_await call;
    const ErrorCode error = response.topics.front().error_code;
    if (error != ErrorCode::NONE && error != ErrorCode::TOPIC_ALREADY_EXISTS) {
        log::error("cannot create {}: {}", kOffsetsTopic, error_name(error));
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

Found coordinator_of_group(const RequestContext& context, std::string_view group_id) {
    const auto place = place_of_group(context, group_id);
    if (!place) return not_found(group_id, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    const cluster::Topic& topic = *context.image().topics.find(kOffsetsTopic);
    const auto index = static_cast<std::size_t>(place->partition.value);
    const BrokerId leader = topic.partitions[index].leader;
    Found found = not_found(group_id, ErrorCode::NONE);
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
    if (!endpoint) return not_found(group_id, ErrorCode::COORDINATOR_NOT_AVAILABLE);
    found.host = endpoint->host;
    found.port = endpoint->port;
    return found;
}

Found find(const RequestContext& context, std::int8_t key_type, std::string_view key) {
    const bool share_is_valid =
        context.api_version() >= kFirstVersionWithShare && is_share_key(key);
    if (key_type == kGroup) return coordinator_of_group(context, key);
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
    if (request.key_type == kGroup && !context.image().topics.find(kOffsetsTopic)) {
        auto task = make_offsets_topic(context);
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
