// The cluster as one client sees it: brokers at the addresses of the listener it came in on, what
// it may do, and which replicas are there to be talked to. For handlers; nothing here waits.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/endpoint.h"
#include "broker/request_context.h"
#include "cluster/image.h"
#include "protocol/gen/error_code.h"

namespace kafka::broker {

const std::string& cluster_id_of(const RequestContext& context);

struct BrokerView {
    BrokerId id;
    Endpoint endpoint;
    std::optional<std::string> rack;
    bool fenced = false;
};

// By id. Brokers without the client's listener are left out.
std::vector<BrokerView> brokers_seen_by(const RequestContext& context, bool with_fenced);

// Bit n stands for the operation with number n.
std::int32_t operations_on_topic(const RequestContext& context, std::string_view topic);
std::int32_t operations_on_cluster(const RequestContext& context);
inline constexpr std::int32_t kOperationsNotAskedFor = std::numeric_limits<std::int32_t>::min();

// NONE, LEADER_NOT_AVAILABLE when nobody leads, or LISTENER_NOT_FOUND when the client cannot reach
// the one who does.
ErrorCode leader_error(const RequestContext& context, const cluster::Partition& partition);
// The replicas on brokers that are not there.
std::vector<BrokerId> offline_replicas(const RequestContext& context,
                                       const cluster::Partition& partition);

}  // namespace kafka::broker
