#include "cluster/image.h"

#include <algorithm>

#include "base/check.h"

namespace kafka::cluster {

bool is_internal_topic(std::string_view name) {
    return name == "__consumer_offsets" || name == "__transaction_state" ||
           name == "__share_group_state";
}

const Topic* Topics::find(std::string_view name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? nullptr : find(found->second);
}

const Topic* Topics::find(const Uuid& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
}

const Partition* Topics::find_partition(const Uuid& id, PartitionIndex partition) const {
    const Topic* topic = find(id);
    if (!topic || partition.value < 0) return nullptr;
    const auto index = static_cast<std::size_t>(partition.value);
    return index < topic->partitions.size() ? &topic->partitions[index] : nullptr;
}

std::size_t Topics::partition_count() const {
    std::size_t count = 0;
    for (const auto& [id, topic] : by_id_) count += topic.partitions.size();
    return count;
}

Topic& Topics::add(std::string name, const Uuid& id) {
    const bool named = ids_.emplace(name, id).second;
    CHECK(named, "a topic name is given once");
    const auto [at, added] = by_id_.emplace(id, Topic{std::move(name), id, {}});
    CHECK(added, "a topic id is given once");
    return at->second;
}

Topic* Topics::find_mutable(const Uuid& id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &found->second;
}

void Topics::remove(const Uuid& id) {
    const auto found = by_id_.find(id);
    CHECK(found != by_id_.end(), "only a topic that exists is removed");
    ids_.erase(found->second.name);
    by_id_.erase(found);
}

const BrokerEndpoint* Broker::endpoint(std::string_view listener) const {
    const auto found = std::ranges::find(endpoints, listener, &BrokerEndpoint::listener);
    return found == endpoints.end() ? nullptr : &*found;
}

const ConfigValues& Image::config_of(ConfigResourceType type, std::string_view name) const {
    static const ConfigValues kNone;
    const auto found = configs.find(ConfigResource{type, std::string(name)});
    return found == configs.end() ? kNone : found->second;
}

std::int16_t Image::feature_level(std::string_view name) const {
    const auto found = features.find(name);
    return found == features.end() ? std::int16_t{0} : found->second;
}

const Broker* Image::find_broker(BrokerId id) const {
    const auto found = brokers.find(id);
    return found == brokers.end() ? nullptr : &found->second;
}

}  // namespace kafka::cluster
