// Everything this node keeps on disk: the log directories, the metadata log with the embedded
// controller on it, and the partitions, which the shards own. Made before the shards' threads,
// started and stopped by the thread that runs the broker.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "broker/checkpoint_writer.h"
#include "broker/housekeeping.h"
#include "broker/log_cleaner.h"
#include "broker/log_directories.h"
#include "broker/metadata_host.h"
#include "broker/shards.h"
#include "cluster/controller.h"

namespace kafka::broker {

class NodeStorage {
  public:
    // Opens the directories and loads the metadata. Throws ConfigError when they cannot be used.
    NodeStorage(const BrokerConfig& config, const Clock& clock, storage::FileSystem& files,
                Shards& shards);
    NodeStorage(const NodeStorage&) = delete;
    NodeStorage& operator=(const NodeStorage&) = delete;
    ~NodeStorage();

    // The shards' threads run. Registers this broker at `endpoints`, gives every shard its image,
    // and opens the partitions, all shards at the same time. Throws ConfigError.
    void start(const std::vector<cluster::BrokerEndpoint>& endpoints);
    // Nobody asks for anything any more: closes the partitions and marks the stop as a clean one.
    void stop();

    const std::string& cluster_id() const;
    const LogDirectories& directories() const { return directories_; }
    // On its own shard.
    Housekeeping& housekeeping_of(ShardId id) {
        return *housekeeping_[static_cast<std::size_t>(id)];
    }

  private:
    void open_partitions();
    void report_strays() const;
    void take_offline(const storage::LogDirectory& directory);
    void stop_background_work();
    // Asks every shard until all say so.
    void wait_until_idle(const std::function<bool(Shard&)>& is_idle);

    const BrokerConfig& config_;
    const Clock& clock_;
    Shards& shards_;
    LogDirectories directories_;
    MetadataHost host_;
    std::unique_ptr<cluster::Controller> controller_;
    std::vector<std::unique_ptr<Housekeeping>> housekeeping_;  // by shard
    CheckpointWriter checkpoint_writer_;
    LogCleaner log_cleaner_;
};

}  // namespace kafka::broker
