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

// Only what the broker alone has: others may be ahead of it.
bool led_by(const Partition& partition, BrokerId broker) {
    return partition.leader == broker ||
           (partition.leader == kNoLeader && partition.isr.size() == 1 &&
            partition.isr.front() == broker);
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
            PartitionChangeRecord record;
            record.partition_id = {static_cast<std::int32_t>(i)};
            record.topic_id = topic.id;
            record.leader = registration.id;
            decision.records.emplace_back(std::move(record));
        }
    });
    return decision;
}

}  // namespace kafka::cluster
