// Groups, how far they have read, and how far that is behind.
#include <algorithm>
#include <unordered_map>

#include "console/exposition.h"

namespace kafka::console {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

// High watermarks by topic and partition.
using Ends = std::unordered_map<std::string, std::unordered_map<std::int32_t, std::int64_t>>;

Ends ends_of(const Survey& survey) {
    Ends ends;
    for (const ShardView& shard : survey.shards) {
        for (const PartitionView& view : shard.partitions) {
            ends[view.topic][view.partition] = view.high_watermark;
        }
    }
    return ends;
}

void expose_counts(const Survey& survey, Families& families) {
    // A dashboard wants a line for a state that nobody is in, too.
    std::map<std::string, double> by_state{{"PreparingRebalance", 0},
                                           {"CompletingRebalance", 0},
                                           {"Stable", 0},
                                           {"Empty", 0},
                                           {"Dead", 0}};
    std::map<std::string, double> consumer_by_state;
    std::map<std::string, double> by_type{{"classic", 0}, {"consumer", 0}};
    double groups = 0;
    double offsets = 0;
    for (const ShardView& shard : survey.shards) {
        for (const GroupView& group : shard.groups) {
            groups += 1;
            by_type[group.type] += 1;
            by_state[group.state] += 1;
            if (group.type == "consumer") consumer_by_state[group.state] += 1;
            for (const auto& [topic, committed] : group.committed) {
                offsets += static_cast<double>(committed.size());
            }
        }
    }
    const std::string manager = "kafka_coordinator_group_groupmetadatamanager_num";
    add(begin(families, manager + "groups", "Groups.", MetricType::Gauge), groups);
    add(begin(families, manager + "offsets", "Committed offsets.", MetricType::Gauge), offsets);
    for (const auto& [state, count] : by_state) {
        std::string name = manager + "groups" + state;
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        add(begin(families, name, "Groups in this state.", MetricType::Gauge), count);
    }
    auto& types = begin(families, "kafka_server_group_coordinator_metrics_group_count",
                        "Groups by their protocol.", MetricType::Gauge);
    for (const auto& [type, count] : by_type) add(types, {{"protocol", type}}, count);
    auto& states = begin(families, "kafka_server_group_coordinator_metrics_consumer_group_count",
                         "Groups of the consumer protocol by their state.", MetricType::Gauge);
    for (const auto& [state, count] : consumer_by_state) add(states, {{"state", state}}, count);
}

// The values of one group, for the families that are filled at the same time.
struct LagFamilies {
    MetricFamily& members;
    MetricFamily& offsets;
    MetricFamily& lag;
    MetricFamily& sum;
};

void expose_lag(const GroupView& group, const Ends& ends, const LagFamilies& families) {
    const Label named{"consumergroup", group.id};
    add(families.members, {named}, static_cast<double>(group.members));
    for (const auto& [topic, committed] : group.committed) {
        const auto of_topic = ends.find(topic);
        if (of_topic == ends.end()) continue;
        double sum = 0;
        for (const GroupView::Committed& each : committed) {
            const auto end = of_topic->second.find(each.partition);
            if (end == of_topic->second.end()) continue;
            // A commit may be ahead: of a log that was made anew, or of this very copy of it.
            const auto lag = static_cast<double>(std::max(end->second - each.offset, 0L));
            const std::vector<Label> labels{
                named, {"topic", topic}, {"partition", std::to_string(each.partition)}};
            add(families.offsets, labels, static_cast<double>(each.offset));
            add(families.lag, labels, lag);
            sum += lag;
        }
        add(families.sum, {named, {"topic", topic}}, sum);
    }
}

}  // namespace

void expose_groups(const Survey& survey, Families& families) {
    expose_counts(survey, families);
    Families four;
    four.reserve(4);
    auto& members = begin(four, "kafka_consumergroup_members", "Members.", MetricType::Gauge);
    auto& offsets = begin(four, "kafka_consumergroup_current_offset", "What it has committed.",
                          MetricType::Gauge);
    auto& lag =
        begin(four, "kafka_consumergroup_lag",
              "Records between what it has committed and the high watermark.", MetricType::Gauge);
    auto& sum =
        begin(four, "kafka_consumergroup_lag_sum", "The same, over the topic.", MetricType::Gauge);
    const Ends ends = ends_of(survey);
    for (const ShardView& shard : survey.shards) {
        for (const GroupView& group : shard.groups) {
            expose_lag(group, ends, {members, offsets, lag, sum});
        }
    }
    for (MetricFamily& family : four) families.push_back(std::move(family));
}

}  // namespace kafka::console
