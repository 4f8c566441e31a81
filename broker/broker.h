// The whole broker: configuration in, listening sockets out. Made, started and stopped by one
// thread, which is no shard's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "broker/config.h"
#include "broker/listener.h"
#include "broker/shards.h"

namespace kafka::broker {

struct BoundListener {
    std::string name;
    Endpoint address;
};

class Broker {
  public:
    // `shards` of 0: one for each core. Binds the listeners; throws ConfigError when it cannot.
    Broker(BrokerConfig config, const Clock& clock, std::size_t shards = 0);
    ~Broker();
    Broker(const Broker&) = delete;
    Broker& operator=(const Broker&) = delete;

    // Serves from here on.
    void start();
    // Accepts nobody any more, finishes the requests in work, and closes the logs.
    void stop();

    const BrokerConfig& config() const { return config_; }
    Shards& shards() { return shards_; }
    std::vector<BoundListener> bound() const;

  private:
    void close_connections();

    const BrokerConfig config_;
    const Clock& clock_;
    Shards shards_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    bool running_ = false;
};

}  // namespace kafka::broker
