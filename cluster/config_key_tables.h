// The parts that the tables of configuration keys are put together from; each in a file of its own.
// For config_key.cc only.
#pragma once

#include "cluster/config_key.h"

namespace kafka::cluster {

std::span<const ConfigKey> topic_config_table();
std::span<const ConfigKey> group_config_table();

// All of them broker keys.
std::span<const ConfigKey> process_config_table();
std::span<const ConfigKey> logs_config_table();
std::span<const ConfigKey> coordinators_config_table();
std::span<const ConfigKey> security_config_table();

}  // namespace kafka::cluster
