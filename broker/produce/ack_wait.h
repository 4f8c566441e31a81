// Where a request that has appended waits, on its own shard, until all its watches are over or its
// time is.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>

#include "broker/produce/ack_watch.h"
#include "broker/timers.h"

namespace kafka::broker {

class AckWait {
  public:
    AckWait(Shard& home, std::chrono::nanoseconds deadline) : home_(home), deadline_(deadline) {}
    AckWait(const AckWait&) = delete;
    AckWait& operator=(const AckWait&) = delete;

    // Before the wait.
    void add(AckWatch& watch);

    bool await_ready() const { return open_ == 0; }
    void await_suspend(std::coroutine_handle<> waiting);
    // False when time ran out: some watches are not over.
    bool await_resume() const { return open_ == 0; }

    // A watch says so, once each.
    void one_is_over();

  private:
    struct Alarm : Timer {
        AckWait* wait = nullptr;
    };

    Shard& home_;
    const std::chrono::nanoseconds deadline_;
    std::size_t open_ = 0;
    std::coroutine_handle<> waiting_;
    Alarm alarm_;
};

}  // namespace kafka::broker
