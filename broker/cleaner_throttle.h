// How long those who compact have to wait, so that together they read and write no more than
// log.cleaner.io.max.bytes.per.second. Only reckons: who waits, and what the time is, is for the
// cleaner to say, whose lock guards it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace kafka::broker {

class CleanerThrottle {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Duration = Time::duration;

    // What was to be waited for at another rate is forgiven.
    void set_rate(double bytes_per_second) {
        if (bytes_per_second == rate_) return;
        rate_ = bytes_per_second;
        free_from_ = Time::min();
    }

    // So many bytes were read or written. Time in which nobody worked is not saved up.
    void spend(std::uint64_t bytes, Time now) {
        // In this order a rate that is no number means the most.
        const double seconds = std::min(kMostSeconds, static_cast<double>(bytes) / rate_);
        const std::chrono::duration<double> share(std::max(0.0, seconds));
        free_from_ = std::max(free_from_, now) + std::chrono::duration_cast<Duration>(share);
    }

    // How long nobody may go on; zero when all may.
    Duration left(Time now) const { return std::max(free_from_, now) - now; }

  private:
    static constexpr double kMostSeconds = 3600;  // at once

    double rate_ = 0;
    Time free_from_ = Time::min();
};

}  // namespace kafka::broker
