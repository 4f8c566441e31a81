// Requests about the offsets of a group, for tests.
#pragma once

#include <string_view>

#include "protocol/gen/offset_fetch.h"

namespace kafka::broker {

// From version 8 on: what it has committed of partition 0 of "orders".
inline OffsetFetchRequest fetch_of(std::string_view group_id) {
    OffsetFetchRequest request;
    auto& group = request.groups.emplace_back();
    group.group_id = group_id;
    auto& topic = group.topics.emplace().emplace_back();
    topic.name = "orders";
    topic.partition_indexes = {PartitionIndex{0}};
    return request;
}

}  // namespace kafka::broker
