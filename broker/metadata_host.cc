#include "broker/metadata_host.h"

#include "broker/crossing.h"

namespace kafka::broker {

MetadataHost::MetadataHost(Shards& shards, const LogDirectories& directories,
                           const cluster::StaticConfigs& statics)
    : shards_(shards) {
    for (std::uint32_t i = 0; i < shards.count(); ++i) {
        Shard& shard = shards.at(ShardId{i});
        replicas_.push_back(std::make_unique<LocalReplicas>(shard, directories, statics));
        every_shard_.push_back(&shard);
    }
}

Task<Result<Done>> MetadataHost::block(const std::function<Result<Done>()>& work) {
    BlockingCall call(shards_.controller_shard(), shards_.blocking_pool(), work);
    Result<Done> outcome = co_await call;
    co_return outcome;
}

Task<void> MetadataHost::publish(const cluster::MetadataRecords& records) {
    auto apply = [this, &records](Shard& there) { replicas_of(there.id()).apply(records); };
    RoundTrip trip(shards_.controller_shard(), every_shard_, apply);
    co_await trip;
}

}  // namespace kafka::broker
