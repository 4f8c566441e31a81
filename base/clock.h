// Time as a dependency: everything that decides takes `now` as an argument, and whoever must ask
// asks a Clock, so that a test or the simulator can move it by hand.
#pragma once

#include <chrono>
#include <cstdint>

namespace kafka {

class Clock {
  public:
    virtual ~Clock() = default;
    // Milliseconds since 1970, as record timestamps count.
    virtual std::int64_t wall_ms() const = 0;
    // Never goes back; for deadlines and durations. From an arbitrary beginning.
    virtual std::chrono::nanoseconds monotonic() const = 0;
};

class SystemClock final : public Clock {
  public:
    std::int64_t wall_ms() const override {
        using namespace std::chrono;
        return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    }
    std::chrono::nanoseconds monotonic() const override {
        return std::chrono::steady_clock::now().time_since_epoch();
    }
};

class ManualClock final : public Clock {
  public:
    explicit ManualClock(std::int64_t wall_ms = 1'700'000'000'000) : start_wall_ms_(wall_ms) {}
    std::int64_t wall_ms() const override {
        return start_wall_ms_ + std::chrono::floor<std::chrono::milliseconds>(passed_).count();
    }
    std::chrono::nanoseconds monotonic() const override { return passed_; }
    void advance(std::chrono::nanoseconds by) { passed_ += by; }

  private:
    std::int64_t start_wall_ms_;
    std::chrono::nanoseconds passed_{0};
};

}  // namespace kafka
