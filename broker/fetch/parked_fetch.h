// Where a fetch waits for records: an awaiter in the coroutine of the handler. Wakes when its
// shares together hold min_bytes or something urgent, when its time is over, or when nobody waits
// for the answer any more. Costs nothing while nothing happens. Lives on the request's shard.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/fetch/fetch_watch.h"
#include "broker/request_context.h"
#include "broker/timers.h"

namespace kafka::broker {

class ParkedFetch final : FetchWatchListener {
  public:
    // Takes the shares, which have been read; they hold less than `min_bytes` together.
    ParkedFetch(RequestContext& context, std::vector<std::unique_ptr<FetchShare>> shares,
                std::int64_t min_bytes, std::chrono::milliseconds max_wait);
    ParkedFetch(const ParkedFetch&) = delete;
    ParkedFetch& operator=(const ParkedFetch&) = delete;
    ~ParkedFetch();

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    // True when there is something to tell: the shares that changed are in reported().
    bool await_resume() const { return woken_; }

    // The shares that were read anew since this was parked.
    std::vector<FetchShare*> reported_shares() const;

  private:
    struct Alarm : Timer {
        ParkedFetch* fetch = nullptr;
    };
    struct Hangup : Abandonment {
        ParkedFetch* fetch = nullptr;
    };
    struct Resume : Letter {
        ParkedFetch* fetch = nullptr;
    };

    void reported(FetchWatch& watch) override;
    void finish(bool woken);
    std::int64_t threshold_of(std::int64_t bytes_held) const;

    RequestContext& context_;
    const std::chrono::milliseconds max_wait_;
    std::int64_t missing_bytes_;
    std::vector<FetchWatch*> watches_;  // each deletes itself after stop()
    std::vector<std::int64_t> held_bytes_;
    std::coroutine_handle<> waiting_;
    Alarm alarm_;
    Hangup hangup_;
    Resume resume_;
    bool finished_ = false;
    bool woken_ = false;
};

}  // namespace kafka::broker
