// What one shard counts of the requests it answers: how many of each API and version, how long they
// took, and the errors in their answers. Made only when somebody may ask for it; written and read
// on the shard's thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>

#include "broker/metrics/latency_histogram.h"

namespace kafka::broker {

struct ApiMetrics {
    // Versions above are counted as the last one.
    static constexpr std::size_t kVersions = 24;

    std::array<std::uint64_t, kVersions> requests{};
    // From the last byte of the request that came in to its answer, with all waiting in between.
    LatencyHistogram total_time;
    // By error code; 0 for an answer without any.
    std::map<std::int16_t, std::uint64_t> errors;

    ApiMetrics& operator+=(const ApiMetrics& other);
};

class RequestMetrics {
  public:
    static constexpr std::size_t kApis = 128;

    // `api_key` is that of a served API; `errors` are the codes in the answer that are not NONE.
    void answered(std::int16_t api_key, std::int16_t version, std::chrono::nanoseconds took,
                  std::span<const std::int16_t> errors);

    // fn(api_key, const ApiMetrics&) for each API that was asked for.
    template <class Fn>
    void for_each(Fn&& fn) const {
        for (std::size_t key = 0; key < kApis; ++key) {
            if (apis_[key]) fn(static_cast<std::int16_t>(key), *apis_[key]);
        }
    }

  private:
    std::array<std::unique_ptr<ApiMetrics>, kApis> apis_;
};

}  // namespace kafka::broker
