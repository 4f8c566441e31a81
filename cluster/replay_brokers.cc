#include "base/check.h"
#include "cluster/replay.h"

namespace kafka::cluster {
namespace {

template <class Record>
std::vector<BrokerEndpoint> endpoints_of(const Record& record) {
    std::vector<BrokerEndpoint> endpoints;
    for (const auto& each : record.end_points) {
        endpoints.push_back({each.name, each.host, each.port, each.security_protocol});
    }
    return endpoints;
}

template <class Record>
FeatureRanges features_of(const Record& record) {
    FeatureRanges features;
    for (const auto& each : record.features) {
        features[each.name] = {each.min_supported_version, each.max_supported_version};
    }
    return features;
}

Broker& broker_of(Image& image, BrokerId id, BrokerEpoch epoch) {
    const auto found = image.brokers.find(id);
    CHECK(found != image.brokers.end(), "only a registered broker changes");
    CHECK(found->second.epoch == epoch, "a change is for the broker's present life");
    return found->second;
}

}  // namespace

void replay(Image& image, const RegisterBrokerRecord& record) {
    image.brokers.insert_or_assign(
        record.broker_id,
        Broker{
            .id = record.broker_id,
            .epoch = record.broker_epoch,
            .incarnation_id = record.incarnation_id,
            .endpoints = endpoints_of(record),
            .features = features_of(record),
            .rack = record.rack,
            .fenced = record.fenced,
            .in_controlled_shutdown = record.in_controlled_shutdown,
            .directories = record.log_dirs,
            .cordoned_directories = record.cordoned_log_dirs.value_or(std::vector<Uuid>()),
        });
}

void replay(Image& image, const UnregisterBrokerRecord& record) {
    broker_of(image, record.broker_id, record.broker_epoch);
    image.brokers.erase(record.broker_id);
}

void replay(Image& image, const FenceBrokerRecord& record) {
    broker_of(image, record.id, record.epoch).fenced = true;
}

void replay(Image& image, const UnfenceBrokerRecord& record) {
    broker_of(image, record.id, record.epoch).fenced = false;
}

void replay(Image& image, const BrokerRegistrationChangeRecord& record) {
    Broker& broker = broker_of(image, record.broker_id, record.broker_epoch);
    // 1 fences, -1 unfences, 0 leaves it as it is.
    if (record.fenced != 0) broker.fenced = record.fenced > 0;
    if (record.in_controlled_shutdown != 0) broker.in_controlled_shutdown = true;
    if (!record.log_dirs.empty()) broker.directories = record.log_dirs;
    if (record.cordoned_log_dirs) broker.cordoned_directories = *record.cordoned_log_dirs;
}

void replay(Image& image, const RegisterControllerRecord& record) {
    image.controllers.insert_or_assign(record.controller_id,
                                       QuorumController{
                                           .id = record.controller_id,
                                           .incarnation_id = record.incarnation_id,
                                           .zk_migration_ready = record.zk_migration_ready,
                                           .endpoints = endpoints_of(record),
                                           .features = features_of(record),
                                       });
}

}  // namespace kafka::cluster
