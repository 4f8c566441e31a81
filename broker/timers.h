// The deadlines of one shard: intrusive timers in a heap, so that arming and cancelling allocates
// nothing, and one clock tick of the event loop, set only while something is armed.
// Lives on its shard's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace kafka::broker {

// Owned by whoever waits; must be cancelled (or have fired) before it is destroyed.
struct Timer {
    std::chrono::nanoseconds deadline{};  // of Clock::monotonic()
    void (*fire)(Timer& timer) = nullptr;

    bool armed() const { return position != kNowhere; }

    static constexpr std::size_t kNowhere = ~std::size_t{0};
    std::size_t position = kNowhere;  // in the heap; Timers' own
};

class Timers {
  public:
    // `on_earliest` is told the earliest deadline whenever it moves closer.
    explicit Timers(std::function<void(std::chrono::nanoseconds)> on_earliest)
        : on_earliest_(std::move(on_earliest)) {}

    // The timer must not be armed.
    void arm(Timer& timer, std::chrono::nanoseconds deadline);
    // Does nothing to a timer that is not armed.
    void cancel(Timer& timer);

    bool empty() const { return heap_.empty(); }
    std::chrono::nanoseconds earliest() const { return heap_.front()->deadline; }

    // Fires what is due, earliest first. A timer is disarmed before it fires and may be armed anew.
    void fire_due(std::chrono::nanoseconds now);

  private:
    void place(Timer* timer, std::size_t at);
    void sift_up(std::size_t at);
    void sift_down(std::size_t at);

    std::vector<Timer*> heap_;
    std::function<void(std::chrono::nanoseconds)> on_earliest_;
};

}  // namespace kafka::broker
