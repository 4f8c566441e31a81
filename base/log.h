// The log of the process: one line an event, for the one who runs the broker. Any thread. Never a
// secret, never a record's contents. spdlog stays out of this header, since every file includes it.
#pragma once

#include <fmt/core.h>

#include <optional>
#include <string_view>
#include <utility>

namespace kafka::log {

enum class Level { Trace, Debug, Info, Warn, Error, Off };

std::optional<Level> parse_level(std::string_view name);
void set_level(Level level);
bool is_on(Level level);
void write(Level level, fmt::string_view format, fmt::format_args arguments);
// Waits until everything has been written; for the end of the process.
void flush();

template <class... Arguments>
void debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (is_on(Level::Debug)) write(Level::Debug, format, fmt::make_format_args(arguments...));
}
template <class... Arguments>
void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (is_on(Level::Info)) write(Level::Info, format, fmt::make_format_args(arguments...));
}
template <class... Arguments>
void warn(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (is_on(Level::Warn)) write(Level::Warn, format, fmt::make_format_args(arguments...));
}
template <class... Arguments>
void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (is_on(Level::Error)) write(Level::Error, format, fmt::make_format_args(arguments...));
}

}  // namespace kafka::log
