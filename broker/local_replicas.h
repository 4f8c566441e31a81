// Carries out on one shard what the cluster's metadata says of this broker's partitions: replays
// the records into the shard's image, then opens, reconfigures, promotes or deletes the partitions
// that the shard owns. Lives on the shard's thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "broker/log_directories.h"
#include "broker/removals.h"
#include "broker/shard.h"
#include "cluster/image.h"
#include "cluster/records.h"
#include "cluster/static_configs.h"

namespace kafka::broker {

class LocalReplicas {
  public:
    LocalReplicas(Shard& shard, const LogDirectories& directories,
                  const cluster::StaticConfigs& statics)
        : shard_(shard),
          directories_(directories),
          statics_(statics),
          removals_(shard, directories) {}
    LocalReplicas(const LocalReplicas&) = delete;
    LocalReplicas& operator=(const LocalReplicas&) = delete;

    // The shard's image was set as a whole: opens every partition that the shard owns.
    void open_all();
    // The controller committed these.
    void apply(const cluster::MetadataRecords& records);
    // Writes what the logs hold in memory, and lets go of them. Nothing may be appended any more.
    void close_all(CheckpointsByDirectory& checkpoints);

    // The disk under a directory has failed: every partition in it goes offline.
    void take_offline(const storage::LogDirectory& directory);
    Removals& removals() { return removals_; }

    // Adds to what other shards have put there.
    void gather(CheckpointsByDirectory& checkpoints) const;

  private:
    // What a run of records touches, so that it is looked at once and as a whole.
    struct Touched {
        std::set<Uuid> topics;
        bool defaults = false;  // a broker's configuration, from which topics inherit
    };
    void bring_up_to_date(const Touched& touched);
    void note(const cluster::MetadataRecord& record, Touched& touched) const;
    void delete_topic(const Uuid& topic_id);
    void bring_up_to_date(const cluster::Topic& topic, const storage::LogConfig& defaults);
    void bring_up_to_date(const cluster::Topic& topic, PartitionIndex index,
                          const storage::LogConfig& config);
    storage::Partition* open(const cluster::Topic& topic, PartitionIndex index,
                             const storage::LogConfig& config);
    bool owns(const Uuid& topic_id, PartitionIndex index) const;

    Shard& shard_;
    const LogDirectories& directories_;
    const cluster::StaticConfigs& statics_;
    Removals removals_;
};

}  // namespace kafka::broker
