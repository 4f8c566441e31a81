#include "groups/offsets/pending_transactions.h"

#include <algorithm>

namespace kafka::groups {

bool PendingTransactions::contains(std::string_view group) const {
    return std::ranges::any_of(by_producer_,
                               [&](const auto& entry) { return entry.second.contains(group); });
}

bool PendingTransactions::contains(std::string_view group, std::string_view topic,
                                   PartitionIndex partition) const {
    return std::ranges::any_of(by_producer_, [&](const auto& entry) {
        const auto found = entry.second.find(group);
        return found != entry.second.end() && found->second.find(topic, partition) != nullptr;
    });
}

std::vector<std::pair<std::string, PartitionIndex>> PendingTransactions::partitions_of(
    std::string_view group) const {
    std::vector<std::pair<std::string, PartitionIndex>> all;
    for (const auto& [producer, groups] : by_producer_) {
        const auto found = groups.find(group);
        if (found == groups.end()) continue;
        for (const auto& [topic, partitions] : found->second.topics()) {
            for (const auto& each : partitions) all.emplace_back(topic, each.partition);
        }
    }
    return all;
}

void PendingTransactions::put(ProducerId producer, const std::string& group,
                              const std::string& topic, CommittedOffset committed) {
    by_producer_[producer][group].put(topic, std::move(committed));
}

void PendingTransactions::erase(std::string_view group, std::string_view topic,
                                PartitionIndex partition) {
    // The transaction stays open for the group, even with nothing left to commit.
    for (auto& [producer, groups] : by_producer_) {
        const auto found = groups.find(group);
        if (found != groups.end()) found->second.erase(topic, partition);
    }
}

PendingTransactions::ByGroup PendingTransactions::take(ProducerId producer) {
    auto node = by_producer_.extract(producer);
    return node.empty() ? ByGroup{} : std::move(node.mapped());
}

}  // namespace kafka::groups
