#include "console/exposition.h"

#include <prometheus/text_serializer.h>

#include <sstream>

namespace kafka::console {

using prometheus::MetricType;

prometheus::MetricFamily& begin(Families& families, std::string name, std::string help,
                                MetricType type) {
    return families.emplace_back(
        prometheus::MetricFamily{std::move(name), std::move(help), type, {}});
}

void add(prometheus::MetricFamily& family, std::vector<Label> labels, double value) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    metric.label = std::move(labels);
    if (family.type == MetricType::Counter) {
        metric.counter.value = value;
    } else {
        metric.gauge.value = value;
    }
}

void expose_connections(const Survey& survey, Families& families) {
    auto& open = begin(families, "kafka_server_socket_server_metrics_connection_count",
                       "Open connections.", MetricType::Gauge);
    for (std::size_t shard = 0; shard < survey.shards.size(); ++shard) {
        for (const auto& [listener, count] : survey.shards[shard].connections.open) {
            add(open, {{"listener", listener}, {"networkProcessor", std::to_string(shard)}},
                static_cast<double>(count));
        }
    }
    auto& accepted = begin(families, "kafka_server_socket_server_metrics_connection_creation_total",
                           "Connections that were accepted.", MetricType::Counter);
    for (std::size_t shard = 0; shard < survey.shards.size(); ++shard) {
        add(accepted, {{"networkProcessor", std::to_string(shard)}},
            static_cast<double>(survey.shards[shard].connections.accepted));
    }
}

std::string to_text(const Families& families) {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return std::move(out).str();
}

}  // namespace kafka::console
