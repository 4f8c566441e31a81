#include "console/survey.h"

#include "broker/groups/group_shard.h"
#include "broker/shards.h"
#include "cluster/image.h"
#include "protocol/gen/list_groups.h"
#include "storage/partition.h"

namespace kafka::console {
namespace {

PartitionView view_of(storage::Partition& partition) {
    return {.topic = partition.name().topic,
            .partition = partition.name().partition.value,
            .is_leader = partition.is_leader(),
            .is_offline = partition.is_offline(),
            .log_start_offset = partition.log_start_offset().value,
            .log_end_offset = partition.log_end_offset().value,
            .high_watermark = partition.high_watermark().value,
            .size_bytes = partition.size_in_bytes(),
            .traffic = partition.traffic()};
}

void view_partitions(broker::Shard& shard, ShardView& view) {
    view.partitions.reserve(shard.partitions().size());
    for (auto& [id, partition] : shard.partitions()) {
        view.partitions.push_back(view_of(*partition));
    }
    view.departed_traffic = shard.departed_traffic();
}

ClusterView view_of_cluster(broker::Shard& shard) {
    const cluster::Image& image = shard.image();
    ClusterView view;
    view.topics = image.topics.size();
    view.partitions = image.topics.partition_count();
    for (const auto& [id, broker] : image.brokers) {
        ++(broker.fenced ? view.fenced_brokers : view.brokers);
    }
    return view;
}

void view_groups(const groups::GroupCoordinator& coordinator, std::vector<GroupView>& views) {
    std::vector<ListGroupsResponse::Group> listed;
    coordinator.list_groups({}, listed);
    for (ListGroupsResponse::Group& group : listed) {
        GroupView view{.id = group.group_id,
                       .type = group.group_type,
                       .state = group.group_state,
                       .members = 0,
                       .committed = {}};
        if (const groups::Group* found = coordinator.find(view.id)) {
            view.members = found->member_count();
            for (const auto& [topic, partitions] : found->offsets.topics()) {
                auto& committed = view.committed[topic];
                committed.reserve(partitions.size());
                for (const groups::CommittedOffset& each : partitions) {
                    committed.push_back({each.partition.value, each.offset.value});
                }
            }
        }
        views.push_back(std::move(view));
    }
}

}  // namespace

bool Surveyor::step(broker::Shard& shard) {
    const auto index = static_cast<std::size_t>(shard.id());
    ShardView& view = survey_.shards[index];
    std::int32_t& next = progress_[index];
    if (next == 0) {
        view_partitions(shard, view);
        view.connections = shard.loop().count_connections();
        if (const auto* requests = shard.request_metrics()) {
            requests->for_each([&view](std::int16_t key, const broker::ApiMetrics& api) {
                view.apis.emplace(key, api);
            });
        }
        if (index == 0) survey_.cluster = view_of_cluster(shard);
    }
    const auto copy = [&view](const groups::GroupCoordinator& coordinator) {
        view_groups(coordinator, view.groups);
    };
    return !shard.groups().visit_from(next, copy);
}

}  // namespace kafka::console
