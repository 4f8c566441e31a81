// Requests, their errors, and how long they took.
#include <limits>

#include "broker/gen/served_apis.h"
#include "console/exposition.h"
#include "protocol/gen/error_code.h"

namespace kafka::console {
namespace {

using broker::ApiMetrics;
using broker::LatencyHistogram;
using prometheus::MetricType;

constexpr std::int16_t kFetch = 1;

// Kafka counts a consumer's Fetch under both names; here nobody else fetches.
std::vector<std::string> names_of(std::int16_t api_key) {
    const broker::ServedApi* api = broker::find_served_api(api_key);
    if (!api) return {};
    if (api_key == kFetch) return {std::string(api->name), "FetchConsumer"};
    return {std::string(api->name)};
}

struct Quantile {
    const char* label;
    double share;
};
constexpr Quantile kQuantiles[] = {{"0.50", 0.5},  {"0.75", 0.75}, {"0.95", 0.95},
                                   {"0.98", 0.98}, {"0.99", 0.99}, {"0.999", 0.999}};

prometheus::ClientMetric histogram_of(const std::string& request, const LatencyHistogram& took) {
    prometheus::ClientMetric metric;
    metric.label = {{"request", request}};
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
        so_far += took.count(i);
        // One of two is fine enough for what is kept for months.
        const bool is_last = i + 1 == LatencyHistogram::kBuckets;
        if (i % 2 == 0 || is_last) continue;
        const double end_s = static_cast<double>(LatencyHistogram::end_us(i)) / 1e6;
        metric.histogram.bucket.push_back({so_far, end_s});
    }
    metric.histogram.bucket.push_back({so_far, std::numeric_limits<double>::infinity()});
    metric.histogram.sample_count = so_far;
    metric.histogram.sample_sum = static_cast<double>(took.sum_us()) / 1e6;
    return metric;
}

void expose_times(const std::map<std::int16_t, ApiMetrics>& apis, const Latencies& lately,
                  Families& families) {
    auto& quantiles = begin(families, "kafka_network_requestmetrics_totaltimems",
                            "From request to answer, in the last five minutes.", MetricType::Gauge);
    for (const auto& [key, took] : lately) {
        for (const std::string& name : names_of(key)) {
            for (const Quantile& each : kQuantiles) {
                add(quantiles, {{"request", name}, {"quantile", each.label}},
                    took.quantile_ms(each.share));
            }
        }
    }
    auto& counts = begin(families, "kafka_network_requestmetrics_totaltimems_count",
                         "Requests that were timed.", MetricType::Counter);
    for (const auto& [key, api] : apis) {
        for (const std::string& name : names_of(key)) {
            add(counts, {{"request", name}}, static_cast<double>(api.total_time.total()));
        }
    }
    auto& histogram = begin(families, "barnabas_request_duration_seconds",
                            "From request to answer, since the start.", MetricType::Histogram);
    for (const auto& [key, api] : apis) {
        if (const auto* served = broker::find_served_api(key)) {
            histogram.metric.push_back(histogram_of(std::string(served->name), api.total_time));
        }
    }
}

}  // namespace

void expose_requests(const std::map<std::int16_t, ApiMetrics>& apis, const Latencies& lately,
                     Families& families) {
    auto& requests = begin(families, "kafka_network_requestmetrics_requests_total",
                           "Requests answered, by version.", MetricType::Counter);
    for (const auto& [key, api] : apis) {
        for (const std::string& name : names_of(key)) {
            for (std::size_t version = 0; version < ApiMetrics::kVersions; ++version) {
                if (api.requests[version] == 0) continue;
                add(requests, {{"request", name}, {"version", std::to_string(version)}},
                    static_cast<double>(api.requests[version]));
            }
        }
    }
    auto& errors =
        begin(families, "kafka_network_requestmetrics_errors_total",
              "Error codes in answers; NONE counts the answers without any.", MetricType::Counter);
    for (const auto& [key, api] : apis) {
        for (const std::string& name : names_of(key)) {
            for (const auto& [code, count] : api.errors) {
                add(errors,
                    {{"request", name}, {"error", std::string(error_name(ErrorCode{code}))}},
                    static_cast<double>(count));
            }
        }
    }
    expose_times(apis, lately, families);
}

}  // namespace kafka::console
