// Server-side assignors (KIP-848): who shall read what. Pure functions; the results are those of
// Apache Kafka's assignors of the same names, which look at racks as little as these do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groups/partitions.h"

namespace kafka::groups {

struct MemberToAssign {
    std::string_view id;
    std::string_view instance_id{};           // empty for a dynamic member
    std::vector<Uuid> topics{};               // subscribed and existing, in order
    const TopicPartitions* target = nullptr;  // what it was to have until now; may be null
};

struct TopicToAssign {
    Uuid id;
    std::int32_t partition_count = 0;
};

struct GroupToAssign {
    std::vector<MemberToAssign> members;  // by id
    std::vector<TopicToAssign> topics;    // all that somebody subscribed, by id

    const TopicToAssign* find(const Uuid& topic) const;
};

// An element for each member.
using Assignment = std::vector<TopicPartitions>;
using Assignor = Assignment (*)(const GroupToAssign&);

// Contiguous ranges, topic by topic: topics with as many partitions are split alike, so that what
// belongs together (partition 3 of both) comes to one member. Static members come first.
Assignment assign_ranges(const GroupToAssign& group);

// As even as can be over all topics, and whoever has a partition keeps it if he can.
Assignment assign_uniformly(const GroupToAssign& group);
// The same where members subscribe to different topics.
Assignment assign_mixed_uniformly(const GroupToAssign& group);

// Null when there is none of that name.
Assignor find_assignor(std::string_view name);

}  // namespace kafka::groups
