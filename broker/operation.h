// What a principal may be allowed to do, and to what: Kafka's AclOperation and ResourceType, with
// the numbers they have on the wire.
#pragma once

#include <cstdint>

namespace kafka::broker {

enum class Operation : std::int8_t {
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
    TwoPhaseCommit = 15,
};

enum class ResourceType : std::int8_t {
    Topic = 2,
    Group = 3,
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
};

// The one resource of type Cluster.
inline constexpr const char* kClusterName = "kafka-cluster";

}  // namespace kafka::broker
