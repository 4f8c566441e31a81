#include "cluster/snapshot.h"

#include "cluster/placement.h"

namespace kafka::cluster {
namespace {

template <class Record>
void put_endpoints(const std::vector<BrokerEndpoint>& endpoints, Record& record) {
    for (const BrokerEndpoint& each : endpoints) {
        record.end_points.push_back({each.listener, each.host, each.port, each.security_protocol});
    }
}

template <class Record>
void put_features(const FeatureRanges& features, Record& record) {
    for (const auto& [name, range] : features) {
        record.features.push_back({name, range.min, range.max});
    }
}

void put_brokers(const Image& image, MetadataRecords& records) {
    for (const auto& [id, broker] : image.brokers) {
        RegisterBrokerRecord record;
        record.broker_id = id;
        record.incarnation_id = broker.incarnation_id;
        record.broker_epoch = broker.epoch;
        put_endpoints(broker.endpoints, record);
        put_features(broker.features, record);
        record.rack = broker.rack;
        record.fenced = broker.fenced;
        record.in_controlled_shutdown = broker.in_controlled_shutdown;
        record.log_dirs = broker.directories;
        if (!broker.cordoned_directories.empty()) {
            record.cordoned_log_dirs = broker.cordoned_directories;
        }
        records.emplace_back(std::move(record));
    }
    for (const auto& [id, controller] : image.controllers) {
        RegisterControllerRecord record;
        record.controller_id = id;
        record.incarnation_id = controller.incarnation_id;
        record.zk_migration_ready = controller.zk_migration_ready;
        put_endpoints(controller.endpoints, record);
        put_features(controller.features, record);
        records.emplace_back(std::move(record));
    }
}

void put_topics(const Image& image, MetadataRecords& records) {
    image.topics.for_each([&records](const Topic& topic) {
        TopicRecord record;
        record.name = topic.name;
        record.topic_id = topic.id;
        records.emplace_back(std::move(record));
        for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
            const PartitionIndex index{static_cast<std::int32_t>(i)};
            records.emplace_back(record_of(topic.partitions[i], topic.id, index));
        }
    });
}

void put_configs(const Image& image, MetadataRecords& records) {
    for (const auto& [resource, values] : image.configs) {
        for (const auto& [name, value] : values) {
            ConfigRecord record;
            record.resource_type = static_cast<std::int8_t>(resource.type);
            record.resource_name = resource.name;
            record.name = name;
            record.value = value;
            records.emplace_back(std::move(record));
        }
    }
}

void put_quotas(const Image& image, MetadataRecords& records) {
    for (const auto& [entity, quotas] : image.client_quotas) {
        for (const auto& [key, value] : quotas) {
            ClientQuotaRecord record;
            for (const auto& [type, name] : entity) record.entity.push_back({type, name});
            record.key = key;
            record.value = value;
            records.emplace_back(std::move(record));
        }
    }
}

}  // namespace

MetadataRecords records_of(const Image& image) {
    MetadataRecords records;
    // metadata.version sorts in the middle, but decides how everything else is to be read.
    const auto put_feature = [&records](const std::string& name, std::int16_t level) {
        FeatureLevelRecord record;
        record.name = name;
        record.feature_level = level;
        records.emplace_back(std::move(record));
    };
    const std::string kMetadataVersion = "metadata.version";
    if (const auto level = image.feature_level(kMetadataVersion))
        put_feature(kMetadataVersion, level);
    for (const auto& [name, level] : image.features) {
        if (name != kMetadataVersion) put_feature(name, level);
    }
    put_brokers(image, records);
    put_topics(image, records);
    put_configs(image, records);
    put_quotas(image, records);
    if (image.producer_ids.next.value > 0) {
        ProducerIdsRecord record;
        record.broker_id = image.producer_ids.broker;
        record.broker_epoch = image.producer_ids.broker_epoch;
        record.next_producer_id = image.producer_ids.next;
        records.emplace_back(record);
    }
    for (const auto& [id, acl] : image.acls) records.emplace_back(acl);
    for (const auto& [key, credential] : image.scram_credentials) records.emplace_back(credential);
    for (const auto& [id, token] : image.delegation_tokens) records.emplace_back(token);
    return records;
}

}  // namespace kafka::cluster
