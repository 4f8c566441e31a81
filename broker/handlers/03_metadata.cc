// Metadata: which brokers are there, and who leads the partitions of these topics? Topics that are
// not there are created on the way, if broker and client allow it. (KIP-4, KIP-516 for topic ids)
#include <algorithm>
#include <set>

#include "broker/cluster_view.h"
#include "broker/config.h"
#include "broker/waiting_handler.h"
#include "cluster/auto_topics.h"
#include "cluster/controller.h"
#include "cluster/effective_config.h"
#include "protocol/gen/metadata.h"

namespace kafka::broker {
namespace {
using Request = MetadataRequest;
using Response = MetadataResponse;

constexpr std::int16_t kFirstVersionWithNullForAll = 1;
constexpr std::int16_t kFirstVersionWithIds = 10;
constexpr std::int16_t kFirstVersionThatAsksById = 12;
constexpr std::int32_t kAutoCreationTimeoutMs = 30'000;

Response refuse(const Request& request, ErrorCode code) {
    Response response;
    for (const auto& asked : *request.topics) {
        auto& topic = response.topics.emplace_back();
        topic.error_code = code;
        topic.name = asked.name.value_or("");
        topic.topic_id = asked.topic_id;
    }
    return response;
}

// NONE, or why the topics are not named as they should be.
ErrorCode check_names(const Request& request, std::int16_t version) {
    if (version < kFirstVersionWithIds || !request.topics) return ErrorCode::NONE;
    const auto has_id = [](const auto& topic) { return !topic.topic_id.is_zero(); };
    const auto has_no_name = [](const auto& topic) { return !topic.name.has_value(); };
    const bool by_id = std::ranges::any_of(*request.topics, has_id);
    const bool unnamed = std::ranges::any_of(*request.topics, has_no_name);
    if (version < kFirstVersionThatAsksById) {
        return by_id || unnamed ? ErrorCode::INVALID_REQUEST : ErrorCode::NONE;
    }
    // Neither a name nor an id: Kafka stumbles over it.
    return unnamed && !by_id ? ErrorCode::UNKNOWN_SERVER_ERROR : ErrorCode::NONE;
}

class Answer {
  public:
    Answer(const RequestContext& context, const Request& request)
        : context_(context), request_(request) {}

    void add_brokers() {
        for (BrokerView& broker : brokers_seen_by(context_, false)) {
            auto& answer = response_.brokers.emplace_back();
            answer.node_id = broker.id;
            answer.host = std::move(broker.endpoint.host);
            answer.port = broker.endpoint.port;
            answer.rack = std::move(broker.rack);
        }
        response_.cluster_id = cluster_id_of(context_);
        response_.controller_id = context_.config().statics.node_id;
        if (request_.include_cluster_authorized_operations) {
            response_.cluster_authorized_operations = operations_on_cluster(context_);
        }
    }

    void add(const cluster::Topic& topic) {
        auto& answer = response_.topics.emplace_back();
        answer.name = topic.name;
        answer.topic_id = topic.id;
        answer.is_internal = cluster::is_internal_topic(topic.name);
        add_operations(answer);
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            const cluster::Partition& partition = topic.partitions[i];
            auto& part = answer.partitions.emplace_back();
            part.partition_index = {static_cast<std::int32_t>(i)};
            part.error_code = leader_error(context_, partition);
            part.leader_id =
                part.error_code == ErrorCode::NONE ? partition.leader : cluster::kNoLeader;
            part.leader_epoch = partition.leader_epoch;
            part.replica_nodes = partition.replicas;
            part.isr_nodes = partition.isr;
            part.offline_replicas = offline_replicas(context_, partition);
        }
    }

    void add_missing(const std::string& name, ErrorCode code) {
        auto& answer = response_.topics.emplace_back();
        answer.error_code = code;
        answer.name = name;
        answer.is_internal = cluster::is_internal_topic(name);
        add_operations(answer);
    }

    void add_unknown_id(const Uuid& id) {
        auto& answer = response_.topics.emplace_back();
        answer.error_code = ErrorCode::UNKNOWN_TOPIC_ID;
        answer.name.reset();
        answer.topic_id = id;
    }

    Response take() { return std::move(response_); }

  private:
    void add_operations(Response::Topic& answer) {
        if (!request_.include_topic_authorized_operations) return;
        answer.topic_authorized_operations = operations_on_topic(context_, *answer.name);
    }

    const RequestContext& context_;
    const Request& request_;
    Response response_;
};

void answer_all(const RequestContext& context, Answer& answer) {
    context.image().topics.for_each([&](const cluster::Topic& topic) {
        if (context.authorized(Operation::Describe, topic.name)) answer.add(topic);
    });
}

void answer_by_id(const RequestContext& context, const Request& request, Answer& answer) {
    std::set<Uuid> ids;
    for (const auto& asked : *request.topics) {
        if (!asked.topic_id.is_zero()) ids.insert(asked.topic_id);
    }
    std::vector<const cluster::Topic*> found;
    for (const Uuid& id : ids) {
        const cluster::Topic* topic = context.image().topics.find(id);
        // Whoever may not know of a topic does not learn that its id exists.
        const bool visible = topic && context.authorized(Operation::Describe, topic->name);
        visible ? found.push_back(topic) : answer.add_unknown_id(id);
    }
    for (const cluster::Topic* topic : found) answer.add(*topic);
}

// Each name once, in the order in which they came.
std::vector<std::string> distinct_names(const Request& request) {
    std::set<std::string> seen;
    std::vector<std::string> names;
    for (const auto& asked : *request.topics) {
        if (seen.insert(*asked.name).second) names.push_back(*asked.name);
    }
    return names;
}

bool may_create(const RequestContext& context, const Request& request, const std::string& name) {
    return request.allow_auto_topic_creation && !cluster::check_topic_name(name) &&
           name != cluster::kMetadataTopic && !context.image().topics.find(name) &&
           context.authorized(Operation::Create, name) &&
           cluster::broker_flag("auto.create.topics.enable", context.image(),
                                context.config().statics);
}

void answer_by_name(const RequestContext& context, const std::vector<std::string>& names,
                    Answer& answer) {
    std::vector<std::pair<std::string, ErrorCode>> missing;
    for (const std::string& name : names) {
        if (!context.authorized(Operation::Describe, name)) {
            missing.emplace_back(name, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
        } else if (const cluster::Topic* topic = context.image().topics.find(name)) {
            answer.add(*topic);
        } else {
            missing.emplace_back(name, cluster::check_topic_name(name)
                                           ? ErrorCode::INVALID_TOPIC_EXCEPTION
                                           : ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        }
    }
    for (const auto& [name, code] : missing) answer.add_missing(name, code);
}

}  // namespace

Task<Response> handle(RequestContext& context, Request request) {
    const ErrorCode refused = check_names(request, context.api_version());
    if (refused != ErrorCode::NONE) co_return refuse(request, refused);

    const bool all = !request.topics || (request.topics->empty() &&
                                         context.api_version() < kFirstVersionWithNullForAll);
    const auto has_id = [](const auto& topic) { return !topic.topic_id.is_zero(); };
    const bool by_id = !all && std::ranges::any_of(*request.topics, has_id);
    std::vector<std::string> names;
    if (!all && !by_id) names = distinct_names(request);

    // Unlike Kafka: the topics are there when the answer leaves, instead of a moment after an
    // error.
    CreateTopicsRequest creation;
    creation.timeout_ms = kAutoCreationTimeoutMs;
    for (const std::string& name : names) {
        if (!may_create(context, request, name)) continue;
        creation.topics.push_back(
            cluster::auto_topic(name, context.image(), context.config().statics));
    }
    if (!creation.topics.empty()) {
        auto create = [&creation](cluster::Controller& controller) {
            return controller.create_topics(std::move(creation));
        };
        CreateTopicsResponse created;
        created = co_await context.on_controller(create);
    }

    Answer answer(context, request);
    answer.add_brokers();
    if (all) {
        answer_all(context, answer);
    } else if (by_id) {
        answer_by_id(context, request, answer);
    } else {
        answer_by_name(context, names, answer);
    }
    co_return answer.take();
}

KAFKA_HANDLER(Metadata);

}  // namespace kafka::broker
