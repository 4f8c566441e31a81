#include "broker/config_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "cluster/config_key.h"

namespace kafka::broker {
namespace {

constexpr std::string_view kBlank = " \t\f";

// Of the image's own scripts and the JVM, and what people have in their shells for clients.
constexpr std::array<std::string_view, 19> kNotForTheBroker{
    "KAFKA_VERSION",
    "KAFKA_HEAP_OPTS",
    "KAFKA_OPTS",
    "KAFKA_JMX_OPTS",
    "KAFKA_JMX_PORT",
    "KAFKA_JMX_HOSTNAME",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_LOG4J_OPTS",
    "KAFKA_LOG4J_ROOT_LOGLEVEL",
    "KAFKA_LOG4J_LOGGERS",
    "KAFKA_TOOLS_LOG4J_LOGLEVEL",
    "KAFKA_DEBUG",
    "KAFKA_HOME",
    "KAFKA_MODE",
    "KAFKA_BOOTSTRAP_SERVERS",
    "KAFKA_BOOTSTRAP_SERVER",
    "KAFKA_BROKERS",
    "KAFKA_CLUSTER_ID",
};

bool is_for_the_broker(std::string_view name) {
    if (!name.starts_with("KAFKA_")) return false;
    if (std::ranges::count(kNotForTheBroker, name)) return false;
    // Kubernetes tells every pod of the namespace of a service that is called "kafka".
    return !name.starts_with("KAFKA_PORT") && !name.starts_with("KAFKA_SERVICE_");
}

std::string key_of_variable(std::string_view name) {
    std::string key;
    for (std::size_t at = sizeof "KAFKA_" - 1; at < name.size();) {
        const std::size_t end = std::min(name.find_first_not_of('_', at), name.size());
        std::size_t underscores = end - at;
        for (; underscores >= 3; underscores -= 3) key += '-';
        if (underscores > 0) key += underscores == 2 ? '_' : '.';
        at = end;
        if (at == name.size()) break;
        const char c = name[at++];
        key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return key;
}

// A line as it stands for the reader: with the lines that continue it.
struct LogicalLine {
    std::string text;
    int number = 0;
};

std::vector<LogicalLine> join_lines(std::string_view text) {
    std::vector<LogicalLine> lines;
    bool continued = false;
    int number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        std::string_view line = text.substr(0, end);
        const bool is_crlf = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(end + (is_crlf ? 2 : 1), text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
        if (!continued) {
            if (line.empty() || line[0] == '#' || line[0] == '!') continue;
            lines.push_back({{}, number});
        }
        const std::size_t last = line.find_last_not_of('\\');
        const std::size_t slashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
        continued = slashes % 2 == 1;
        lines.back().text += continued ? line.substr(0, line.size() - 1) : line;
    }
    return lines;
}

void append_utf8(std::string& out, unsigned code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

std::string unescaped(std::string_view text, std::string_view where) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char c = text[++i];
        switch (c) {
            case 't':
                out += '\t';
                break;
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 'f':
                out += '\f';
                break;
            case 'u': {
                const std::string digits(text.substr(i + 1, 4));
                if (digits.size() != 4 ||
                    digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
                    throw ConfigError(fmt::format("{}: \\u needs four hexadecimal digits", where));
                }
                append_utf8(out, static_cast<unsigned>(std::stoul(digits, nullptr, 16)));
                i += 4;
                break;
            }
            default:
                out += c;
        }
    }
    return out;
}

// The end of the key: the first separator that is not escaped.
std::size_t end_of_key(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\\') {
            ++i;
        } else if (line[i] == '=' || line[i] == ':' || kBlank.find(line[i]) != kBlank.npos) {
            return i;
        }
    }
    return line.size();
}

}  // namespace

std::vector<ConfigSetting> parse_properties(std::string_view text, std::string_view name) {
    std::vector<ConfigSetting> settings;
    for (const LogicalLine& line : join_lines(text)) {
        const std::string where = fmt::format("{}:{}", name, line.number);
        const std::string_view whole = line.text;
        const std::size_t key_end = end_of_key(whole);
        std::string_view value = whole.substr(key_end);
        const auto skip_blank = [&value] {
            value.remove_prefix(std::min(value.find_first_not_of(kBlank), value.size()));
        };
        skip_blank();
        if (value.starts_with('=') || value.starts_with(':')) value.remove_prefix(1);
        skip_blank();
        settings.push_back(
            {unescaped(whole.substr(0, key_end), where), unescaped(value, where), where});
    }
    return settings;
}

std::vector<ConfigSetting> read_properties_file(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    if (file.is_open() && file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (!file.is_open() || file.bad() || !text) {
        throw ConfigError(
            fmt::format("{}: cannot be read; give --config a file of KEY=VALUE lines", path));
    }
    return parse_properties(text.str(), path);
}

std::vector<ConfigSetting> parse_environment(const std::vector<std::string>& environment) {
    std::vector<ConfigSetting> settings;
    for (const std::string& variable : environment) {
        const std::size_t equals = variable.find('=');
        if (equals == std::string::npos) continue;
        const std::string name = variable.substr(0, equals);
        if (!is_for_the_broker(name)) continue;
        settings.push_back({key_of_variable(name), variable.substr(equals + 1), name});
    }
    // The order of the environment is arbitrary; messages should not be.
    std::ranges::sort(settings, {}, &ConfigSetting::where);
    return settings;
}

ConfigSetting parse_assignment(std::string_view assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        throw ConfigError(fmt::format(
            "--set {}: write --set KEY=VALUE, such as --set num.partitions=4", assignment));
    }
    return {std::string(assignment.substr(0, equals)), std::string(assignment.substr(equals + 1)),
            "--set"};
}

}  // namespace kafka::broker
