// Where the replicas of new partitions go, chosen by the controller or checked when the client
// chose. Pure.
#pragma once

#include <vector>

#include "cluster/image.h"
#include "cluster/records.h"
#include "protocol/error.h"

namespace kafka::cluster {

// Spreads leaders and replicas evenly over the brokers that are not fenced, then over the others.
// INVALID_REPLICATION_FACTOR when there are too few brokers.
Result<std::vector<std::vector<BrokerId>>> place_replicas(const Image& image,
                                                          std::size_t partitions,
                                                          std::int16_t replication_factor,
                                                          std::size_t first_partition);

// INVALID_REPLICA_ASSIGNMENT when a client's choice for a partition cannot be. A replication factor
// of -1 means that any number of replicas will do.
std::optional<Error> check_assignment(const Image& image, const std::vector<BrokerId>& replicas,
                                      int replication_factor);

// A partition as it begins: led by the first replica that is not fenced. INVALID_REPLICA_ASSIGNMENT
// when all of them are.
Result<Partition> new_partition(const Image& image, std::vector<BrokerId> replicas,
                                PartitionIndex index);

PartitionRecord record_of(const Partition& partition, const Uuid& topic_id, PartitionIndex index);

}  // namespace kafka::cluster
