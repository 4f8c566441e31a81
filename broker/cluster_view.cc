#include "broker/cluster_view.h"

#include <initializer_list>

#include "broker/config.h"
#include "broker/log_directories.h"

namespace kafka::broker {
namespace {

std::int32_t bits_of(const RequestContext& context, std::initializer_list<Operation> operations,
                     std::string_view name, ResourceType type) {
    std::int32_t bits = 0;
    for (const Operation operation : operations) {
        if (context.authorized(operation, name, type)) bits |= 1 << static_cast<int>(operation);
    }
    return bits;
}

bool is_online(const RequestContext& context, BrokerId id) {
    const cluster::Broker* broker = context.image().find_broker(id);
    return broker && !broker->fenced;
}

}  // namespace

const std::string& cluster_id_of(const RequestContext& context) {
    return context.shard().all().log_directories()->first().meta().cluster_id;
}

std::vector<BrokerView> brokers_seen_by(const RequestContext& context, bool with_fenced) {
    const BrokerId own_id = context.config().statics.node_id;
    std::vector<BrokerView> brokers;
    for (const auto& [id, broker] : context.image().brokers) {
        if (broker.fenced && !with_fenced) continue;
        BrokerView view;
        view.id = id;
        view.rack = broker.rack;
        view.fenced = broker.fenced;
        if (id == own_id) {
            view.endpoint = context.client().own_endpoint();
        } else if (const auto* endpoint = broker.endpoint(context.client().listener())) {
            view.endpoint.host = endpoint->host;
            view.endpoint.port = endpoint->port;
        } else {
            continue;
        }
        brokers.push_back(std::move(view));
    }
    return brokers;
}

std::int32_t operations_on_topic(const RequestContext& context, std::string_view topic) {
    using enum Operation;
    return bits_of(context,
                   {Read, Write, Create, Delete, Alter, Describe, DescribeConfigs, AlterConfigs},
                   topic, ResourceType::Topic);
}

std::int32_t operations_on_cluster(const RequestContext& context) {
    using enum Operation;
    return bits_of(
        context,
        {Create, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite},
        kClusterName, ResourceType::Cluster);
}

ErrorCode leader_error(const RequestContext& context, const cluster::Partition& partition) {
    if (!is_online(context, partition.leader)) return ErrorCode::LEADER_NOT_AVAILABLE;
    if (partition.leader == context.config().statics.node_id) return ErrorCode::NONE;
    const cluster::Broker* leader = context.image().find_broker(partition.leader);
    return leader->endpoint(context.client().listener()) ? ErrorCode::NONE
                                                         : ErrorCode::LISTENER_NOT_FOUND;
}

std::vector<BrokerId> offline_replicas(const RequestContext& context,
                                       const cluster::Partition& partition) {
    std::vector<BrokerId> offline;
    for (const BrokerId replica : partition.replicas) {
        if (!is_online(context, replica)) offline.push_back(replica);
    }
    return offline;
}

}  // namespace kafka::broker
