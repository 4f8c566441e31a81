// Sets of partitions by topic id, as assignments have them.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "base/uuid.h"
#include "protocol/gen/types.h"

namespace kafka::groups {

// In order, each once; no topic without partitions.
using TopicPartitions = std::map<Uuid, std::vector<PartitionIndex>>;

inline std::size_t count(const TopicPartitions& partitions) {
    std::size_t total = 0;
    for (const auto& [topic, indexes] : partitions) total += indexes.size();
    return total;
}

}  // namespace kafka::groups
