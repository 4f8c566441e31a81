// Turns a survey into metrics under the names that dashboards for Apache Kafka ask for: those which
// Prometheus' JMX exporter makes of Kafka's beans with its example configuration, and for lag those
// of the usual exporter of consumer groups. What neither has begins with barnabas_. Pure.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "console/latency_window.h"
#include "console/survey.h"

namespace kafka::console {

using Families = std::vector<prometheus::MetricFamily>;
using Label = prometheus::ClientMetric::Label;

// A family to which add() adds the values; the reference holds until the next one is begun.
prometheus::MetricFamily& begin(Families& families, std::string name, std::string help,
                                prometheus::MetricType type);
void add(prometheus::MetricFamily& family, std::vector<Label> labels, double value);
inline void add(prometheus::MetricFamily& family, double value) { add(family, {}, value); }

void expose_topics(const Survey& survey, Families& families);
void expose_groups(const Survey& survey, Families& families);
// `lately`: what the quantiles are of.
void expose_requests(const std::map<std::int16_t, broker::ApiMetrics>& apis,
                     const Latencies& lately, Families& families);
void expose_connections(const Survey& survey, Families& families);
void expose_process(Families& families);

// The text that Prometheus reads.
std::string to_text(const Families& families);

}  // namespace kafka::console
