#include "broker/leader_hint.h"

#include "broker/config.h"
#include "cluster/image.h"

namespace kafka::broker {

LeaderHint find_leader(const RequestContext& context, const TopicIdPartition& partition) {
    const cluster::Partition* const found =
        context.image().topics.find_partition(partition.topic_id, partition.partition);
    if (!found) return {};
    LeaderHint hint;
    hint.leader = found->leader;
    hint.epoch = found->leader_epoch;
    const cluster::Broker* const broker = context.image().find_broker(found->leader);
    if (!broker || broker->fenced) return hint;
    hint.rack = broker->rack;
    if (broker->id == context.config().statics.node_id) {
        hint.endpoint = context.client().own_endpoint();
    } else if (const auto* endpoint = broker->endpoint(context.client().listener())) {
        hint.endpoint = Endpoint{endpoint->host, endpoint->port};
    }
    return hint;
}

}  // namespace kafka::broker
