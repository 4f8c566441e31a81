#include "broker/metrics/request_metrics.h"

#include <algorithm>

#include "base/check.h"

namespace kafka::broker {

ApiMetrics& ApiMetrics::operator+=(const ApiMetrics& other) {
    for (std::size_t i = 0; i < kVersions; ++i) requests[i] += other.requests[i];
    total_time += other.total_time;
    for (const auto& [code, count] : other.errors) errors[code] += count;
    return *this;
}

void RequestMetrics::answered(std::int16_t api_key, std::int16_t version,
                              std::chrono::nanoseconds took, std::span<const std::int16_t> errors) {
    const auto key = static_cast<std::size_t>(api_key);
    CHECK(key < kApis, "only served APIs are answered");
    if (!apis_[key]) apis_[key] = std::make_unique<ApiMetrics>();
    ApiMetrics& api = *apis_[key];
    ++api.requests[std::min(static_cast<std::size_t>(version), ApiMetrics::kVersions - 1)];
    api.total_time.record(took);
    if (errors.empty()) {
        ++api.errors[0];
        return;
    }
    for (const std::int16_t code : errors) ++api.errors[code];
}

}  // namespace kafka::broker
