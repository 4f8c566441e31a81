#include "broker/broker_log.h"

#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace kafka::broker {
namespace {

// The log knows nothing worse than an error.
constexpr std::pair<std::string_view, log::Level> kLevels[] = {
    {"TRACE", log::Level::Trace}, {"DEBUG", log::Level::Debug}, {"INFO", log::Level::Info},
    {"WARN", log::Level::Warn},   {"ERROR", log::Level::Error}, {"FATAL", log::Level::Error},
};

}  // namespace

std::string root_log_level() {
    for (const auto& [name, level] : kLevels) {
        if (log::is_on(level)) return std::string(name);
    }
    return "OFF";
}

bool is_log_level(std::string_view wanted) {
    for (const auto& [name, level] : kLevels) {
        if (name == wanted) return true;
    }
    return false;
}

void set_root_log_level(std::string_view wanted) {
    for (const auto& [name, level] : kLevels) {
        if (name == wanted) return log::set_level(level);
    }
    CHECK(false, "only a level that exists is set");
}

}  // namespace kafka::broker
