// A cluster begins: the records that Kafka's first controller writes to an empty log.
#include "cluster/decisions.h"
#include "cluster/features.h"

namespace kafka::cluster {

MetadataRecords bootstrap_records() {
    MetadataRecords records;
    for (const Feature& feature : known_features()) {
        if (feature.initial == 0) continue;
        FeatureLevelRecord record;
        record.name = feature.name;
        record.feature_level = feature.initial;
        records.emplace_back(std::move(record));
    }
    // Eligible leader replicas need it to be the same on all brokers, so it becomes the cluster's.
    ConfigRecord min_insync_replicas;
    min_insync_replicas.resource_type = static_cast<std::int8_t>(ConfigResourceType::Broker);
    min_insync_replicas.name = std::string("min.insync.replicas");
    min_insync_replicas.value = std::string("1");
    records.emplace_back(std::move(min_insync_replicas));
    return records;
}

}  // namespace kafka::cluster
