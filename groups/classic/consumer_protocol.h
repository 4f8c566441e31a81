// What classic consumers put into JoinGroup and SyncGroup, which is otherwise theirs alone. The
// coordinator reads it to know what a group reads, and when a group changes its protocol.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "groups/metadata.h"
#include "groups/partitions.h"
#include "protocol/gen/consumer_protocol.h"

namespace kafka::groups {

// Nothing when it is not one that we can read.
std::optional<ConsumerProtocolSubscription> read_subscription(const Bytes& metadata);
std::optional<ConsumerProtocolAssignment> read_assignment(const Bytes& assignment);
// In the version of the member's subscription, which it can read.
Bytes write_assignment(const TopicPartitions& partitions, const Bytes& subscription,
                       const Metadata& metadata);

// By topic id; topics that do not exist are left out.
TopicPartitions owned_in(const ConsumerProtocolSubscription& subscription,
                         const Metadata& metadata);
TopicPartitions assigned_in(const ConsumerProtocolAssignment& assignment, const Metadata& metadata);

}  // namespace kafka::groups
