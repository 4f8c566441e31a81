#include "broker/connection_quota.h"

#include <utility>

namespace kafka::broker {

bool ConnectionQuota::may_accept(std::function<void()> when_free) {
    const std::lock_guard lock(mutex_);
    if (all_ < limits_.all) return true;
    when_free_.push_back(std::move(when_free));
    return false;
}

bool ConnectionQuota::admit(const std::string& address) {
    const std::lock_guard lock(mutex_);
    std::int32_t& from_there = by_address_[address];
    if (from_there >= limit_of(address)) {
        if (from_there == 0) by_address_.erase(address);
        return false;
    }
    ++from_there;
    ++all_;
    return true;
}

void ConnectionQuota::release(const std::string& address) {
    std::vector<std::function<void()>> to_tell;
    {
        const std::lock_guard lock(mutex_);
        --all_;
        const auto at = by_address_.find(address);
        if (at != by_address_.end() && --at->second == 0) by_address_.erase(at);
        if (all_ < limits_.all) to_tell = std::exchange(when_free_, {});
    }
    for (const auto& tell : to_tell) tell();
}

std::int32_t ConnectionQuota::limit_of(const std::string& address) const {
    const auto at = limits_.overrides.find(address);
    return at == limits_.overrides.end() ? limits_.per_address : at->second;
}

}  // namespace kafka::broker
