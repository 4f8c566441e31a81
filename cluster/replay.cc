#include "cluster/replay.h"

#include "base/check.h"

namespace kafka::cluster {

void replay(Image& image, const MetadataRecord& record) {
    std::visit([&image](const auto& each) { replay(image, each); }, record);
}

void replay(Image& image, const MetadataRecords& records) {
    for (const MetadataRecord& record : records) replay(image, record);
}

void replay(Image& image, const ConfigRecord& record) {
    const ConfigResource resource{static_cast<ConfigResourceType>(record.resource_type),
                                  record.resource_name};
    if (record.value) {
        image.configs[resource].insert_or_assign(record.name, *record.value);
        return;
    }
    const auto values = image.configs.find(resource);
    if (values == image.configs.end()) return;
    values->second.erase(record.name);
    if (values->second.empty()) image.configs.erase(values);
}

void replay(Image& image, const FeatureLevelRecord& record) {
    if (record.feature_level == 0) {
        image.features.erase(record.name);
    } else {
        image.features.insert_or_assign(record.name, record.feature_level);
    }
}

void replay(Image& image, const ProducerIdsRecord& record) {
    CHECK(record.next_producer_id > image.producer_ids.next, "producer ids are given out once");
    image.producer_ids = {record.broker_id, record.broker_epoch, record.next_producer_id};
}

void replay(Image& image, const ClientQuotaRecord& record) {
    QuotaEntity entity;
    for (const auto& part : record.entity) entity.emplace_back(part.entity_type, part.entity_name);
    if (!record.remove) {
        image.client_quotas[entity].insert_or_assign(record.key, record.value);
        return;
    }
    const auto quotas = image.client_quotas.find(entity);
    if (quotas == image.client_quotas.end()) return;
    quotas->second.erase(record.key);
    if (quotas->second.empty()) image.client_quotas.erase(quotas);
}

void replay(Image& image, const UserScramCredentialRecord& record) {
    image.scram_credentials.insert_or_assign({record.name, record.mechanism}, record);
}

void replay(Image& image, const RemoveUserScramCredentialRecord& record) {
    image.scram_credentials.erase({record.name, record.mechanism});
}

void replay(Image& image, const AccessControlEntryRecord& record) {
    image.acls.insert_or_assign(record.id, record);
}

void replay(Image& image, const RemoveAccessControlEntryRecord& record) {
    image.acls.erase(record.id);
}

void replay(Image& image, const DelegationTokenRecord& record) {
    image.delegation_tokens.insert_or_assign(record.token_id, record);
}

void replay(Image& image, const RemoveDelegationTokenRecord& record) {
    image.delegation_tokens.erase(record.token_id);
}

}  // namespace kafka::cluster
