#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>

namespace kafka::log {
namespace {

constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};

std::atomic<Level> g_level{Level::Info};

spdlog::logger& logger() {
    static const auto shared = [] {
        auto made = std::make_shared<spdlog::logger>(
            "barnabas", std::make_shared<spdlog::sinks::stdout_sink_mt>());
        made->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
        made->set_level(spdlog::level::trace);
        made->flush_on(spdlog::level::trace);
        return made;
    }();
    return *shared;
}

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::Trace:
            return spdlog::level::trace;
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warn:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
        case Level::Off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

}  // namespace

std::optional<Level> parse_level(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name) return static_cast<Level>(i);
    }
    return std::nullopt;
}

void set_level(Level level) { g_level.store(level, std::memory_order_relaxed); }

bool is_on(Level level) { return level >= g_level.load(std::memory_order_relaxed); }

void write(Level level, fmt::string_view format, fmt::format_args arguments) {
    logger().log(spdlog_level(level), fmt::vformat(format, arguments));
}

void flush() { logger().flush(); }

}  // namespace kafka::log
