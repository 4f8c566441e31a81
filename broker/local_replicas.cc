#include "broker/local_replicas.h"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <variant>

#include "base/log.h"
#include "broker/groups/group_shard.h"
#include "broker/shards.h"
#include "broker/transactions/transaction_shard.h"
#include "cluster/effective_config.h"
#include "cluster/replay.h"
#include "cluster/topic_configs.h"
#include "storage/partition.h"

namespace kafka::broker {
bool LocalReplicas::owns(const Uuid& topic_id, PartitionIndex index) const {
    return shard_.all().owner_of({topic_id, index}) == shard_.id();
}

void LocalReplicas::open_all() {
    const auto defaults = cluster::default_log_config(shard_.image(), statics_);
    shard_.image().topics.for_each(
        [&](const cluster::Topic& topic) { bring_up_to_date(topic, defaults); });
    shard_.groups().metadata_changed(true);
    shard_.transactions().metadata_changed();
}

void LocalReplicas::note(const cluster::MetadataRecord& record, Touched& touched) const {
    if (const auto* partition = std::get_if<PartitionRecord>(&record)) {
        touched.topics.insert(partition->topic_id);
    } else if (const auto* change = std::get_if<PartitionChangeRecord>(&record)) {
        touched.topics.insert(change->topic_id);
    } else if (const auto* config = std::get_if<ConfigRecord>(&record)) {
        const auto type = static_cast<cluster::ConfigResourceType>(config->resource_type);
        touched.defaults |= type == cluster::ConfigResourceType::Broker;
        if (type != cluster::ConfigResourceType::Topic) return;
        const cluster::Topic* topic = shard_.image().topics.find(config->resource_name);
        if (topic != nullptr) touched.topics.insert(topic->id);
    }
}

void LocalReplicas::apply(const cluster::MetadataRecords& records) {
    Touched touched;
    std::vector<std::string> deleted;
    bool topics_changed = false;
    for (const cluster::MetadataRecord& record : records) {
        topics_changed |= std::holds_alternative<TopicRecord>(record) ||
                          std::holds_alternative<PartitionRecord>(record) ||
                          std::holds_alternative<RemoveTopicRecord>(record);
        if (const auto* removed = std::get_if<RemoveTopicRecord>(&record)) {
            const cluster::Topic* topic = shard_.image().topics.find(removed->topic_id);
            if (topic != nullptr) deleted.push_back(topic->name);
            delete_topic(removed->topic_id);
        }
        cluster::replay(shard_.image_for_replay(), record);
        note(record, touched);
    }
    shard_.advance_image(static_cast<std::int64_t>(records.size()));
    bring_up_to_date(touched);
    if (!deleted.empty()) shard_.groups().topics_deleted(deleted);
    shard_.groups().metadata_changed(topics_changed);
    shard_.transactions().metadata_changed();
}

void LocalReplicas::bring_up_to_date(const Touched& touched) {
    if (!touched.defaults && touched.topics.empty()) return;
    const auto defaults = cluster::default_log_config(shard_.image(), statics_);
    if (touched.defaults) {
        shard_.image().topics.for_each(
            [&](const cluster::Topic& topic) { bring_up_to_date(topic, defaults); });
        return;
    }
    for (const Uuid& id : touched.topics) {
        const cluster::Topic* topic = shard_.image().topics.find(id);
        if (topic != nullptr) bring_up_to_date(*topic, defaults);
    }
}

void LocalReplicas::bring_up_to_date(const cluster::Topic& topic,
                                     const storage::LogConfig& defaults) {
    const auto& overrides =
        shard_.image().config_of(cluster::ConfigResourceType::Topic, topic.name);
    const storage::LogConfig config = cluster::log_config_of(overrides, defaults);
    const auto count = static_cast<std::int32_t>(topic.partitions.size());
    for (PartitionIndex index{0}; index < PartitionIndex{count}; index += 1) {
        if (owns(topic.id, index)) bring_up_to_date(topic, index, config);
    }
}

void LocalReplicas::bring_up_to_date(const cluster::Topic& topic, PartitionIndex index,
                                     const storage::LogConfig& config) {
    const auto& said = topic.partitions[static_cast<std::size_t>(index.value)];
    const BrokerId self = statics_.node_id;
    if (std::ranges::find(said.replicas, self) == said.replicas.end()) return;

    storage::Partition* partition = shard_.find({topic.id, index});
    if (partition == nullptr) partition = open(topic, index, config);
    if (partition == nullptr) return;
    if (partition->config() != config) partition->set_config(config);
    const bool leads = said.leader == self;
    const bool changed =
        partition->is_leader() != leads || partition->leader_epoch() != said.leader_epoch;
    if (changed && leads) partition->become_leader(said.leader_epoch);
    if (changed && !leads) partition->become_follower(said.leader_epoch);
}

storage::Partition* LocalReplicas::open(const cluster::Topic& topic, PartitionIndex index,
                                        const storage::LogConfig& config) {
    const auto& said = topic.partitions[static_cast<std::size_t>(index.value)];
    const auto replica = std::ranges::find(said.replicas, statics_.node_id) - said.replicas.begin();
    const auto place = static_cast<std::size_t>(replica);
    const Uuid preferred = place < said.directories.size() ? said.directories[place] : Uuid{};
    const kafka::TopicPartition name{topic.name, index};
    const TimestampMs now{shard_.clock().wall_ms()};
    const std::int64_t expiration_ms =
        cluster::broker_number("producer.id.expiration.ms", shard_.image(), statics_);
    auto opened =
        directories_.open_partition(name, topic.id, preferred, config, expiration_ms, now);
    if (!opened) {
        log::error("cannot open {}: {}", name.to_string(), opened.error().message);
        return nullptr;
    }
    auto& slot = shard_.partitions()[{topic.id, index}];
    slot = opened.take();
    return slot.get();
}

void LocalReplicas::delete_topic(const Uuid& topic_id) {
    const cluster::Topic* topic = shard_.image().topics.find(topic_id);
    if (topic == nullptr) return;
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
        const TopicIdPartition key{topic_id, {static_cast<std::int32_t>(i)}};
        auto partition = shard_.partitions().extract(key);
        if (partition.empty()) continue;
        shard_.departed_traffic() += partition.mapped()->traffic();
        partition.mapped()->abandon();
        const std::int64_t delay_ms = partition.mapped()->config().file_delete_delay_ms;
        auto path = directories_.delete_partition(std::move(partition.mapped()));
        if (path) {
            removals_.add({path.take()}, delay_ms);
        } else {
            log::error("cannot delete {}-{}: {}", topic->name, i, path.error().message);
        }
    }
}

void LocalReplicas::take_offline(const storage::LogDirectory& directory) {
    for (const auto& [key, partition] : shard_.partitions()) {
        if (&directories_.directory_of(*partition) == &directory) partition->take_offline();
    }
}

void LocalReplicas::gather(CheckpointsByDirectory& checkpoints) const {
    checkpoints.resize(directories_.all().size());
    for (const auto& [key, partition] : shard_.partitions()) {
        checkpoints[directories_.index_of(*partition)].push_back(partition->checkpoint());
    }
}

void LocalReplicas::close_all(CheckpointsByDirectory& checkpoints) {
    removals_.stop();
    shard_.groups().stop();
    for (const auto& [key, partition] : shard_.partitions()) {
        const Result<Done> closed = partition->close();
        if (closed) continue;
        log::error("cannot close {}: {}", partition->name().to_string(), closed.error().message);
        directories_.directory_of(*partition).mark_failed();
    }
    gather(checkpoints);
    shard_.partitions().clear();
}

}  // namespace kafka::broker
