// All shards of the broker and what they share: the pools for blocking work and the controller on
// shard 0. Built once at start-up; afterwards any thread may read it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "broker/blocking_pool.h"
#include "broker/connection_quota.h"
#include "broker/shard.h"

namespace kafka::cluster {
class Controller;
}

namespace kafka::broker {

struct BrokerConfig;
class LogDirectories;

class Shards {
  public:
    Shards(std::size_t count, const BrokerConfig& config, const Clock& clock);
    ~Shards();

    void start_threads();
    // Every letter must have been opened.
    void stop_threads();

    // From a thread that is no shard's: runs `work` there and waits for it.
    void run_on(ShardId id, const std::function<void(Shard&)>& work);
    // On all of them at the same time.
    void run_on_all(const std::function<void(Shard&)>& work);

    std::size_t count() const { return count_; }
    Shard& at(ShardId id) { return *shards_[static_cast<std::size_t>(id)]; }

    // The shard that owns the partition, on every broker with this number of shards: neighbouring
    // partitions of a topic are on neighbouring shards.
    ShardId owner_of(const TopicIdPartition& partition) const {
        return ShardId{static_cast<std::uint32_t>(TopicIdPartitionHash{}(partition) % count())};
    }

    const BrokerConfig& config() const { return config_; }
    // For syncs and deletes.
    BlockingPool& blocking_pool() { return blocking_pool_; }
    // For what may take long on the way to an answer: cold reads, and unpacking what is large. A
    // pool of its own, so that no sync waits behind them.
    BlockingPool& reading_pool() { return reading_pool_; }
    ConnectionQuota& quota() { return quota_; }

    // Lives on shard 0; null until metadata has been loaded.
    cluster::Controller* controller() { return controller_; }
    Shard& controller_shard() { return at(ShardId{0}); }
    void set_controller(cluster::Controller* controller) { controller_ = controller; }
    // Null until they have been opened.
    const LogDirectories* log_directories() const { return log_directories_; }
    void set_log_directories(const LogDirectories* directories) { log_directories_ = directories; }

  private:
    void carry_out(std::span<const std::unique_ptr<Shard>> where,
                   const std::function<void(Shard&)>& work);

    const std::size_t count_;
    const BrokerConfig& config_;
    BlockingPool blocking_pool_;
    BlockingPool reading_pool_;
    ConnectionQuota quota_;
    cluster::Controller* controller_ = nullptr;
    const LogDirectories* log_directories_ = nullptr;
    std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace kafka::broker
