// Offsets that open transactions have written for the groups of one coordinator partition. They
// become commits when the transaction's marker says so, and nobody sees them before. Hard state: a
// replay of the same records gives the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "groups/offsets/group_offsets.h"
#include "protocol/gen/types.h"

namespace kafka::groups {

class PendingTransactions {
  public:
    using ByGroup = std::map<std::string, GroupOffsets, std::less<>>;

    bool empty() const { return by_producer_.empty(); }
    // Is any transaction open that wrote offsets of the group, or of this partition?
    bool contains(std::string_view group) const;
    bool contains(std::string_view group, std::string_view topic, PartitionIndex partition) const;
    // The partitions of the group that open transactions wrote to; some may be named twice.
    std::vector<std::pair<std::string, PartitionIndex>> partitions_of(std::string_view group) const;

    void put(ProducerId producer, const std::string& group, const std::string& topic,
             CommittedOffset committed);
    // The partition was deleted from the group: what is pending for it goes too.
    void erase(std::string_view group, std::string_view topic, PartitionIndex partition);
    // Ends the producer's transaction and returns what it wrote.
    ByGroup take(ProducerId producer);

    bool operator==(const PendingTransactions&) const = default;

  private:
    std::map<ProducerId, ByGroup> by_producer_;
};

}  // namespace kafka::groups
