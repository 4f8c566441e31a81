// A topic's configuration as rules for its logs. Pure.
#pragma once

#include <optional>

#include "cluster/effective_config.h"
#include "cluster/image.h"
#include "cluster/static_configs.h"
#include "protocol/error.h"
#include "storage/log_config.h"

namespace kafka::cluster {

// What holds for a topic without overrides. Changes only with the configuration of a broker.
storage::LogConfig default_log_config(const Image& image, const StaticConfigs& statics);

// The same with a topic's overrides.
storage::LogConfig log_config_of(const ConfigValues& overrides, storage::LogConfig defaults);

// What Kafka's controller says to these overrides as a whole; nothing when they are fine.
std::optional<Error> check_topic_configs(const ConfigValues& overrides, const Image& image,
                                         const StaticConfigs& statics);

}  // namespace kafka::cluster
