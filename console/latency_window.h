// How long requests took lately. Shards count since they started; this remembers what they had
// counted at earlier scrapes, so that quantiles are those of the last five minutes. Lives on the
// console's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>

#include "broker/metrics/latency_histogram.h"

namespace kafka::console {

using Latencies = std::map<std::int16_t, broker::LatencyHistogram>;  // by API

class LatencyWindow {
  public:
    static constexpr std::chrono::minutes kLength{5};
    // Scrapes that follow each other closer than this are remembered as one.
    static constexpr std::chrono::seconds kStep{30};

    // What was counted between the window's begin and now, when `totals` have been counted.
    Latencies advance(std::chrono::nanoseconds now, const Latencies& totals);

  private:
    struct Past {
        std::chrono::nanoseconds at;
        Latencies totals;
    };
    std::deque<Past> past_;  // oldest first; the front is where the window begins
};

}  // namespace kafka::console
