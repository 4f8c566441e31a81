#include "transactions/partition_set.h"

#include <algorithm>

namespace kafka::transactions {
namespace {

template <class Topics>
auto place_of(Topics& topics, std::string_view name) {
    return std::ranges::lower_bound(topics, name, {},
                                    [](const auto& each) { return std::string_view(each.topic); });
}

}  // namespace

PartitionSet::PartitionSet(const std::vector<Topic>& topics) {
    for (const Topic& topic : topics) {
        for (const PartitionIndex partition : topic.partition_ids) add(topic.topic, partition);
    }
}

void PartitionSet::add(std::string_view topic, PartitionIndex partition) {
    auto at = place_of(topics_, topic);
    if (at == topics_.end() || at->topic != topic) {
        at = topics_.insert(at, Topic{std::string(topic), {}});
    }
    auto& ids = at->partition_ids;
    const auto place = std::ranges::lower_bound(ids, partition);
    if (place == ids.end() || *place != partition) ids.insert(place, partition);
}

void PartitionSet::add(const PartitionSet& others) {
    for (const Topic& topic : others.topics_) {
        for (const PartitionIndex partition : topic.partition_ids) add(topic.topic, partition);
    }
}

bool PartitionSet::contains(std::string_view topic, PartitionIndex partition) const {
    const auto at = place_of(topics_, topic);
    return at != topics_.end() && at->topic == topic &&
           std::ranges::binary_search(at->partition_ids, partition);
}

bool PartitionSet::contains(const PartitionSet& others) const {
    return std::ranges::all_of(others.topics_, [&](const Topic& other) {
        const auto at = place_of(topics_, other.topic);
        return at != topics_.end() && at->topic == other.topic &&
               std::ranges::includes(at->partition_ids, other.partition_ids);
    });
}

std::size_t PartitionSet::size() const {
    std::size_t count = 0;
    for (const Topic& topic : topics_) count += topic.partition_ids.size();
    return count;
}

}  // namespace kafka::transactions
