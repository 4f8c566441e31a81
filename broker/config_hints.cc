#include "broker/config_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "cluster/config_key.h"

namespace kafka::broker {
namespace {

constexpr std::array<std::string_view, 5> kFreePrefixes{
    "listener.name.", "rlmm.config.", "rsm.config.", "metrics.", "config.providers.",
};
constexpr std::array<std::string_view, 2> kFreeKeys{
    "super.users",
    "allow.everyone.if.no.acl.found",
};

constexpr std::array<std::string_view, 9> kRemovedInKafka4{
    "zookeeper.",
    "inter.broker.protocol.version",
    "log.message.format.version",
    "log.message.downconversion.enable",
    "log.message.timestamp.difference.max.ms",
    "broker.id.generation.enable",
    "reserved.broker.max.id",
    "offsets.commit.required.acks",
    "control.plane.listener.name",
};

// Besides the defaults of topics, which are in the table of topic keys.
constexpr std::array<std::string_view, 82> kWithEffect{
    "add.partitions.to.txn.retry.backoff.max.ms",
    "add.partitions.to.txn.retry.backoff.ms",
    "advertised.listeners",
    "auto.create.topics.enable",
    "broker.id",
    "broker.rack",
    "connections.max.idle.ms",
    "default.replication.factor",
    "delete.topic.enable",
    "fetch.max.bytes",
    "group.consumer.assignment.interval.ms",
    "group.consumer.assignors",
    "group.consumer.heartbeat.interval.ms",
    "group.consumer.max.assignment.interval.ms",
    "group.consumer.max.heartbeat.interval.ms",
    "group.consumer.max.session.timeout.ms",
    "group.consumer.max.size",
    "group.consumer.migration.policy",
    "group.consumer.min.assignment.interval.ms",
    "group.consumer.min.heartbeat.interval.ms",
    "group.consumer.min.session.timeout.ms",
    "group.consumer.session.timeout.ms",
    "group.coordinator.rebalance.protocols",
    "group.initial.rebalance.delay.ms",
    "group.max.session.timeout.ms",
    "group.max.size",
    "group.min.session.timeout.ms",
    "listener.security.protocol.map",
    "listeners",
    "log.cleaner.backoff.ms",
    "log.cleaner.dedupe.buffer.size",
    "log.cleaner.enable",
    "log.cleaner.io.buffer.load.factor",
    "log.cleaner.io.buffer.size",
    "log.cleaner.io.max.bytes.per.second",
    "log.cleaner.threads",
    "log.dir",
    "log.dirs",
    "log.flush.offset.checkpoint.interval.ms",
    "log.flush.scheduler.interval.ms",
    "log.retention.check.interval.ms",
    "log.retention.hours",
    "log.retention.minutes",
    "log.roll.hours",
    "log.roll.jitter.hours",
    "max.connections",
    "max.connections.per.ip",
    "max.connections.per.ip.overrides",
    "max.incremental.fetch.session.cache.slots",
    "max.request.partition.size.limit",
    "metadata.log.dir",
    "metadata.log.max.record.bytes.between.snapshots",
    "node.id",
    "num.partitions",
    "offset.metadata.max.bytes",
    "offsets.retention.check.interval.ms",
    "offsets.retention.minutes",
    "offsets.topic.num.partitions",
    "offsets.topic.replication.factor",
    "offsets.topic.segment.bytes",
    "producer.id.expiration.check.interval.ms",
    "producer.id.expiration.ms",
    "request.timeout.ms",
    "socket.listen.backlog.size",
    "socket.receive.buffer.bytes",
    "socket.request.max.bytes",
    "socket.send.buffer.bytes",
    "transaction.max.timeout.ms",
    "transaction.partition.verification.enable",
    "transaction.remove.expired.transaction.cleanup.interval.ms",
    "transaction.state.log.min.isr",
    "transaction.state.log.num.partitions",
    "transaction.state.log.replication.factor",
    "transaction.state.log.segment.bytes",
    "transactional.id.expiration.ms",
    // A node of Kafka's with both roles says these; here the controller is part of the broker.
    "process.roles",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "inter.broker.listener.name",
    "security.inter.broker.protocol",
    "early.start.listeners",
};

// How many letters have to be changed, added or left out.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

bool starts_with_any(std::string_view key, std::span<const std::string_view> prefixes) {
    return std::ranges::any_of(prefixes, [key](auto prefix) { return key.starts_with(prefix); });
}

}  // namespace

bool is_free_config_key(std::string_view key) {
    return starts_with_any(key, kFreePrefixes) || std::ranges::count(kFreeKeys, key) > 0;
}

std::string hint_for_unknown_key(std::string_view key) {
    if (starts_with_any(key, kRemovedInKafka4)) {
        return "Apache Kafka 4 has removed it; leave it out";
    }
    // A topic's key: people try it as a default for all topics.
    if (const cluster::ConfigKey* topic = cluster::find_topic_config(key)) {
        if (!topic->broker_key.empty()) {
            return fmt::format("for the default of all topics write {}", topic->broker_key);
        }
        return "it belongs to a topic; set it there";
    }
    const cluster::ConfigKey* nearest = nullptr;
    std::size_t distance = key.size() / 3 + 1;
    for (const cluster::ConfigKey* candidate : cluster::broker_config_keys()) {
        const std::size_t to_it = edit_distance(key, candidate->name);
        if (to_it >= distance) continue;
        distance = to_it;
        nearest = candidate;
    }
    if (nearest) return fmt::format("did you mean {}?", nearest->name);
    return "see https://kafka.apache.org/documentation/#brokerconfigs for the names";
}

bool config_key_has_effect(std::string_view key) {
    if (std::ranges::count(kWithEffect, key) > 0) return true;
    return std::ranges::any_of(
        cluster::topic_config_keys(),
        [key](const cluster::ConfigKey* topic) { return topic->broker_key == key; });
}

}  // namespace kafka::broker
