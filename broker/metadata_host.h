// What the embedded controller needs of the broker: the blocking pool for its disk, and all shards
// to carry out what it decided. Made before the shards start, used on the controller's shard.
#pragma once

#include <memory>
#include <vector>

#include "broker/local_replicas.h"
#include "broker/shards.h"
#include "cluster/controller.h"

namespace kafka::broker {

class MetadataHost final : public cluster::ControllerHost {
  public:
    MetadataHost(Shards& shards, const LogDirectories& directories,
                 const cluster::StaticConfigs& statics);

    Task<Result<Done>> block(const std::function<Result<Done>()>& work) override;
    Task<void> publish(const cluster::MetadataRecords& records) override;

    // On that shard's thread.
    LocalReplicas& replicas_of(ShardId id) { return *replicas_[static_cast<std::size_t>(id)]; }

  private:
    Shards& shards_;
    std::vector<std::unique_ptr<LocalReplicas>> replicas_;  // by shard
    std::vector<Shard*> every_shard_;
};

}  // namespace kafka::broker
