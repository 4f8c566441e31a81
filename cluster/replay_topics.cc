#include "base/check.h"
#include "cluster/replay.h"

namespace kafka::cluster {
namespace {

Partition& partition_of(Image& image, const Uuid& topic_id, PartitionIndex partition) {
    Topic* topic = image.topics.find_mutable(topic_id);
    CHECK(topic, "a partition's topic exists");
    const auto index = static_cast<std::size_t>(partition.value);
    CHECK(partition.value >= 0 && index < topic->partitions.size(), "the partition exists");
    return topic->partitions[index];
}

// A leader that moves, or a replica set that a leader has to hear of, begins a new epoch.
void change_leader(Partition& partition, BrokerId leader) {
    partition.leader = leader;
    partition.leader_epoch = partition.leader_epoch.next();
}

}  // namespace

void replay(Image& image, const TopicRecord& record) {
    image.topics.add(record.name, record.topic_id);
}

void replay(Image& image, const PartitionRecord& record) {
    Topic* topic = image.topics.find_mutable(record.topic_id);
    CHECK(topic, "a partition's topic exists");
    const auto index = static_cast<std::size_t>(record.partition_id.value);
    CHECK(record.partition_id.value >= 0 && index <= topic->partitions.size(),
          "the partitions of a topic have no gaps");
    if (index == topic->partitions.size()) topic->partitions.emplace_back();
    topic->partitions[index] = {
        .leader = record.leader,
        .leader_epoch = record.leader_epoch,
        .partition_epoch = record.partition_epoch,
        .leader_recovery_state = record.leader_recovery_state,
        .replicas = record.replicas,
        .isr = record.isr,
        .directories = record.directories,
        .removing_replicas = record.removing_replicas,
        .adding_replicas = record.adding_replicas,
        .eligible_leader_replicas =
            record.eligible_leader_replicas.value_or(std::vector<BrokerId>()),
        .last_known_elr = record.last_known_elr.value_or(std::vector<BrokerId>()),
    };
    // Records from before directories were known: unassigned.
    topic->partitions[index].directories.resize(record.replicas.size());
}

void replay(Image& image, const PartitionChangeRecord& record) {
    constexpr BrokerId kNoChange{-2};
    Partition& partition = partition_of(image, record.topic_id, record.partition_id);
    if (record.isr) partition.isr = *record.isr;
    if (record.leader != kNoChange) change_leader(partition, record.leader);
    if (record.replicas) partition.replicas = *record.replicas;
    if (record.removing_replicas) partition.removing_replicas = *record.removing_replicas;
    if (record.adding_replicas) partition.adding_replicas = *record.adding_replicas;
    if (record.leader_recovery_state != -1) {
        partition.leader_recovery_state = record.leader_recovery_state;
    }
    if (record.directories) partition.directories = *record.directories;
    partition.directories.resize(partition.replicas.size());
    if (record.eligible_leader_replicas) {
        partition.eligible_leader_replicas = *record.eligible_leader_replicas;
    }
    if (record.last_known_elr) partition.last_known_elr = *record.last_known_elr;
    partition.partition_epoch = partition.partition_epoch.next();
}

void replay(Image& image, const RemoveTopicRecord& record) {
    const Topic* topic = image.topics.find(record.topic_id);
    CHECK(topic, "only a topic that exists is removed");
    image.configs.erase(ConfigResource{ConfigResourceType::Topic, topic->name});
    image.topics.remove(record.topic_id);
}

void replay(Image& image, const ClearElrRecord& record) {
    const auto clear = [&image](const Uuid& id) {
        for (Partition& partition : image.topics.find_mutable(id)->partitions) {
            partition.eligible_leader_replicas.clear();
            partition.last_known_elr.clear();
        }
    };
    if (record.topic_name.empty()) {
        for (const auto& [name, id] : image.topics.ids()) clear(id);
        return;
    }
    const Topic* topic = image.topics.find(record.topic_name);
    CHECK(topic, "the topic whose eligible replicas are forgotten exists");
    clear(topic->id);
}

}  // namespace kafka::cluster
