// The whole broker: configuration in, listening sockets out. Made, started and stopped by one
// thread, which is no shard's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "broker/config.h"
#include "broker/listener.h"
#include "broker/node_storage.h"
#include "broker/shards.h"

namespace kafka::broker {

struct BoundListener {
    std::string name;
    Endpoint address;
};

class Broker {
  public:
    // `shards` of 0: one for each core but one. Opens the log directories and binds the listeners;
    // throws ConfigError when it cannot.
    Broker(BrokerConfig config, const Clock& clock, storage::FileSystem& files,
           std::size_t shards = 0);
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    // Opens the partitions, and serves from here on.
    void start();
    // Accepts nobody any more, finishes the requests in work, and closes the logs.
    void stop();

    const BrokerConfig& config() const { return config_; }
    Shards& shards() { return shards_; }
    std::vector<BoundListener> bound() const;
    const std::string& cluster_id() const { return storage_.cluster_id(); }
    NodeStorage& storage() { return storage_; }

  private:
    void close_connections();
    std::vector<cluster::BrokerEndpoint> endpoints() const;

    const BrokerConfig config_;
    const Clock& clock_;
    Shards shards_;
    NodeStorage storage_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    bool running_ = false;
};

}  // namespace kafka::broker
