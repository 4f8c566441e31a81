// An awaiter that lets some time pass, on its shard.
#pragma once

#include <chrono>
#include <coroutine>

#include "broker/shard.h"
#include "broker/timers.h"

namespace kafka::broker {

class Pause : Timer {
  public:
    Pause(Shard& shard, std::chrono::nanoseconds length) : shard_(shard), length_(length) {}
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        fire = [](Timer& timer) { static_cast<Pause&>(timer).waiting_.resume(); };
        shard_.timers().arm(*this, shard_.clock().monotonic() + length_);
    }
    void await_resume() const {}

  private:
    Shard& shard_;
    const std::chrono::nanoseconds length_;
    std::coroutine_handle<> waiting_;
};

}  // namespace kafka::broker
