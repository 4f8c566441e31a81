// The partitions of a transaction: topics by name, each with its partitions in order, as records
// and answers want them. Most transactions have a handful. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "protocol/gen/transaction_records.h"
#include "protocol/gen/types.h"

namespace kafka::transactions {

class PartitionSet {
  public:
    using Topic = TransactionLogValue::TopicPartitions;

    PartitionSet() = default;
    // In any order, and some perhaps twice.
    explicit PartitionSet(const std::vector<Topic>& topics);

    void add(std::string_view topic, PartitionIndex partition);
    void add(const PartitionSet& others);
    bool contains(std::string_view topic, PartitionIndex partition) const;
    bool contains(const PartitionSet& others) const;

    const std::vector<Topic>& topics() const { return topics_; }
    bool empty() const { return topics_.empty(); }
    std::size_t size() const;

    bool operator==(const PartitionSet&) const = default;

  private:
    std::vector<Topic> topics_;
};

}  // namespace kafka::transactions
