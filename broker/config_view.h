// A configuration key as DescribeConfigs tells it. For its handler.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/request_context.h"
#include "protocol/gen/describe_configs.h"

namespace kafka::broker {

using DescribedConfigs = std::vector<DescribeConfigsResponse::Result::Config>;

// Which keys are wanted, and how much of each.
struct ConfigQuestion {
    const std::optional<std::vector<std::string>>& keys;  // null or empty: all
    bool synonyms = false;
    bool documentation = false;

    bool wants(std::string_view key) const;
};

DescribedConfigs describe_topic(const RequestContext& context, const std::string& topic,
                                const ConfigQuestion& question);
// This broker, with all its keys.
DescribedConfigs describe_broker(const RequestContext& context, const ConfigQuestion& question);
// What is set for all brokers.
DescribedConfigs describe_broker_default(const RequestContext& context,
                                         const ConfigQuestion& question);
DescribedConfigs describe_group(const RequestContext& context, const std::string& group,
                                const ConfigQuestion& question);
DescribedConfigs describe_client_metrics(const RequestContext& context, const std::string& name,
                                         const ConfigQuestion& question);
DescribedConfigs describe_loggers(const ConfigQuestion& question);

}  // namespace kafka::broker
