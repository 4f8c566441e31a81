// A broker has started.
#include "cluster/decisions.h"
#include "cluster/features.h"

namespace kafka::cluster {
namespace {

RegisterBrokerRecord registration_record(const BrokerRegistration& registration,
                                         BrokerEpoch epoch) {
    RegisterBrokerRecord record;
    record.broker_id = registration.id;
    record.incarnation_id = registration.incarnation_id;
    record.broker_epoch = epoch;
    for (const BrokerEndpoint& each : registration.endpoints) {
        record.end_points.push_back({each.listener, each.host, each.port, each.security_protocol});
    }
    for (const Feature& feature : known_features()) {
        record.features.push_back({std::string(feature.name), feature.min, feature.max});
    }
    record.rack = registration.rack;
    // Unlike Kafka: the controller lives in this process, so the broker is there from the first.
    record.fenced = false;
    record.log_dirs = registration.directories;
    return record;
}

// Who may lead what has no leader: the in-sync replicas; behind the last of them that left, those
// that were in sync until then; and when even these went without a clean stop, the last leader
// (KIP-966). Apache Kafka's clean stop leaves a single replica in the second state, and its first
// steps after a kill for a moment in the third.
const std::vector<BrokerId>& candidates_of(const Partition& partition) {
    if (!partition.isr.empty()) return partition.isr;
    if (!partition.eligible_leader_replicas.empty()) return partition.eligible_leader_replicas;
    return partition.last_known_elr;
}

// Only what the broker alone has: others may be ahead of it.
bool led_by(const Partition& partition, BrokerId broker) {
    if (partition.leader != kNoLeader) return partition.leader == broker;
    const std::vector<BrokerId>& candidates = candidates_of(partition);
    return candidates.size() == 1 && candidates.front() == broker;
}

PartitionChangeRecord election_record(const Topic& topic, std::size_t index, BrokerId leader) {
    const Partition& partition = topic.partitions[index];
    PartitionChangeRecord record;
    record.partition_id = {static_cast<std::int32_t>(index)};
    record.topic_id = topic.id;
    record.leader = leader;
    if (partition.isr.empty()) record.isr.emplace().push_back(leader);
    if (!partition.eligible_leader_replicas.empty()) record.eligible_leader_replicas.emplace();
    if (!partition.last_known_elr.empty()) record.last_known_elr.emplace();
    return record;
}

}  // namespace

Decision<BrokerEpoch> register_broker(const Image& image, const BrokerRegistration& registration,
                                      std::int64_t next_offset) {
    Decision<BrokerEpoch> decision;
    decision.response = {next_offset};
    decision.records.emplace_back(registration_record(registration, decision.response));
    image.topics.for_each([&](const Topic& topic) {
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            if (!led_by(topic.partitions[i], registration.id)) continue;
            decision.records.emplace_back(election_record(topic, i, registration.id));
        }
    });
    return decision;
}

}  // namespace kafka::cluster
