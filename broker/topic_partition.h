// How a request names a partition: by topic name, or by topic id. Views the request; not for
// keeping.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/uuid.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

struct TopicPartition {
    std::string_view topic;
    PartitionIndex partition;
};

struct TopicIdPartition {
    Uuid topic_id;
    PartitionIndex partition;

    bool operator==(const TopicIdPartition&) const = default;
};

struct TopicIdPartitionHash {
    std::size_t operator()(const TopicIdPartition& p) const noexcept {
        return std::hash<Uuid>{}(p.topic_id) + static_cast<std::size_t>(p.partition.value);
    }
};

}  // namespace kafka::broker
