// For handlers that do something with each of many partitions: where a named partition lives, and
// the way to all the owning shards at the same time. For handlers that wait.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "broker/waiting_handler.h"
#include "protocol/gen/error_code.h"

namespace kafka::cluster {
struct Topic;
}

namespace kafka::broker {

struct PartitionHome {
    TopicIdPartition partition;
    Shard* owner = nullptr;
};

// A topic that a request names, as far as the one who asks may know of it.
class NamedTopic {
  public:
    NamedTopic(const RequestContext& context, std::string_view name, Operation needed);

    // TOPIC_AUTHORIZATION_FAILED, UNKNOWN_TOPIC_OR_PARTITION, or NONE and where it lives.
    ErrorCode locate(PartitionIndex partition, PartitionHome& home) const;

  private:
    const RequestContext& context_;
    const cluster::Topic* topic_ = nullptr;
    ErrorCode error_ = ErrorCode::NONE;
};

// Runs work(Shard& there, Item&) for each item on the shard `item.home.owner`, in the order of the
// items; on all these shards at the same time. `work` must be a named local of the caller.
template <class Items, class Work>
Task<void> on_owners(RequestContext& context, Items& items, Work& work) {
    std::vector<Shard*> owners;
    for (const auto& item : items) {
        Shard* const owner = item.home.owner;
        if (std::ranges::find(owners, owner) == owners.end()) owners.push_back(owner);
    }
    auto visit = [&items, &work](Shard& there) {
        for (auto& item : items) {
            if (item.home.owner == &there) work(there, item);
        }
    };
    co_await context.on_shards(owners, visit);
}

}  // namespace kafka::broker
