// What groups may know of the cluster: which topics there are, and what is set for single groups.
// The broker answers from the image of the shard; tests from a table. To be read during a decision
// only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "groups/group_config.h"

namespace kafka::groups {

struct TopicInfo {
    std::string_view name{};  // lives as long as the decision
    Uuid id{};
    std::int32_t partition_count = 0;
};

class Metadata {
  public:
    virtual ~Metadata() = default;

    // False when there is no such topic.
    virtual bool find_topic(std::string_view name, TopicInfo& found) const = 0;
    virtual bool find_topic(const Uuid& id, TopicInfo& found) const = 0;
    // By name.
    virtual void for_each_topic(const std::function<void(const TopicInfo&)>& visit) const = 0;
    // Moves when topics come, go or grow; never 0. Whoever saw the same one saw the same topics.
    virtual std::int64_t topics_version() const = 0;
    virtual ConsumerSettings settings_of(std::string_view group_id) const = 0;
};

}  // namespace kafka::groups
