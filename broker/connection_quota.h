// How many connections there are, in all and by address: max.connections,
// max.connections.per.ip and max.connections.per.ip.overrides. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace kafka::broker {

class ConnectionQuota {
  public:
    struct Limits {
        std::int32_t all = INT32_MAX;
        std::int32_t per_address = INT32_MAX;
        std::unordered_map<std::string, std::int32_t> overrides;
    };
    explicit ConnectionQuota(Limits limits) : limits_(std::move(limits)) {}

    // To be asked before accepting; when it says no, `when_free` is called once, on the thread
    // that closes the next connection. As in Kafka, who comes too late waits in the backlog.
    bool may_accept(std::function<void()> when_free);
    // False when the address has all it may have: the connection is to be closed, as in Kafka.
    bool admit(const std::string& address);
    void release(const std::string& address);

  private:
    std::int32_t limit_of(const std::string& address) const;

    const Limits limits_;
    std::mutex mutex_;
    std::int32_t all_ = 0;
    std::unordered_map<std::string, std::int32_t> by_address_;
    std::vector<std::function<void()>> when_free_;
};

}  // namespace kafka::broker
