// Tells a client that came to the wrong broker who leads the partition, and where that broker is,
// so that it need not ask for metadata first (KIP-951). For Produce from v10 and Fetch from v16.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "broker/request_context.h"
#include "broker/topic_partition.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

struct LeaderHint {
    BrokerId leader{-1};
    LeaderEpoch epoch{-1};
    std::optional<Endpoint> endpoint;  // for this client; none when the leader is not reachable
    std::optional<std::string> rack;
};

LeaderHint find_leader(const RequestContext& context, const TopicIdPartition& partition);

// Fills answer.current_leader, and adds the leader to response.node_endpoints once.
template <class Answer, class Response>
void tell_leader(const RequestContext& context, const TopicIdPartition& partition, Answer& answer,
                 Response& response) {
    LeaderHint hint = find_leader(context, partition);
    answer.current_leader.leader_id = hint.leader;
    answer.current_leader.leader_epoch = hint.epoch;
    auto& nodes = response.node_endpoints;
    const auto is_leader = [&hint](const auto& node) { return node.node_id == hint.leader; };
    if (!hint.endpoint || std::ranges::any_of(nodes, is_leader)) return;
    auto& node = nodes.emplace_back();
    node.node_id = hint.leader;
    node.host = std::move(hint.endpoint->host);
    node.port = hint.endpoint->port;
    node.rack = std::move(hint.rack);
}

}  // namespace kafka::broker
