// The broker's log as Kafka's administrators know it: loggers with levels that can be changed while
// it runs (KIP-412). There is one, `root`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kafka::broker {

inline constexpr std::string_view kRootLogger = "root";

// In Kafka's spelling: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.
std::string root_log_level();
bool is_log_level(std::string_view level);
// The level must be one.
void set_root_log_level(std::string_view level);

}  // namespace kafka::broker
