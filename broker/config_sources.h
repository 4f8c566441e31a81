// Where settings come from: a file in the form of Java's properties, and the environment, with the
// names that the apache/kafka image gives to variables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/config.h"

namespace kafka::broker {

// Comments, continued lines and escapes as java.util.Properties has them; `name` is for messages.
std::vector<ConfigSetting> parse_properties(std::string_view text, std::string_view name);
// Throws ConfigError when the file cannot be read.
std::vector<ConfigSetting> read_properties_file(const std::string& path);

// KAFKA_LOG_RETENTION_MS sets log.retention.ms: `_` stands for a dot, `__` for an underscore, `___`
// for a dash. Variables that steer the image or are set by Kubernetes are passed over.
// `environment` holds NAME=value.
std::vector<ConfigSetting> parse_environment(const std::vector<std::string>& environment);

// KEY=VALUE of --set; throws ConfigError.
ConfigSetting parse_assignment(std::string_view assignment);

}  // namespace kafka::broker
