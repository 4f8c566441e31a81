#include "broker/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/check.h"
#include "broker/config_hints.h"
#include "cluster/config_key.h"

namespace kafka::broker {
namespace {

using Mistakes = std::vector<std::string>;

// Kafka listens on all addresses by default.
// Unlike Kafka: a broker that was just tried out is not to be open to the whole network.
constexpr const char* kDefaultListeners = "PLAINTEXT://localhost:9092";
constexpr const char* kDefaultLogDirectory = "data";

const cluster::ConfigKey& key_named(std::string_view name) {
    const cluster::ConfigKey* key = cluster::find_broker_config(name);
    CHECK(key != nullptr, "the code asks for keys that are in the table");
    return *key;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// A key of our own: Kafka's metrics leave it through the JVM.
constexpr std::string_view kMetricsListener = "metrics.listener";

void take_metrics_listener(const ConfigSetting& setting, BrokerConfig& config, Mistakes& mistakes) {
    const std::string_view value = cluster::trimmed(setting.value);
    if (value.empty()) return;
    config.metrics_listener = parse_endpoint(value);
    if (config.metrics_listener) return;
    mistakes.push_back(
        fmt::format("{}: {}: \"{}\" is no address; write HOST:PORT, such as localhost:9404, or "
                    ":9404 for all addresses",
                    setting.where, kMetricsListener, value));
}

void take_value(const ConfigSetting& setting, BrokerConfig& config, Mistakes& mistakes) {
    if (setting.key == kMetricsListener) return take_metrics_listener(setting, config, mistakes);
    cluster::StaticConfigs& statics = config.statics;
    if (is_free_config_key(setting.key)) return;
    const cluster::ConfigKey* key = cluster::find_broker_config(setting.key);
    if (!key) {
        mistakes.push_back(fmt::format("{}: {} is no configuration key: {}", setting.where,
                                       setting.key, hint_for_unknown_key(setting.key)));
        return;
    }
    Result<std::string> value = cluster::parse_config(*key, setting.value);
    if (!value) {
        const bool is_secret = key->type == cluster::ConfigType::PASSWORD;
        mistakes.push_back(
            is_secret ? fmt::format("{}: the value of {} is not valid", setting.where, setting.key)
                      : fmt::format("{}: {}", setting.where, value.error().message));
        return;
    }
    statics.values[setting.key] = value.take();
}

BrokerId choose_node_id(BrokerConfig& config, Mistakes& mistakes) {
    const auto& values = config.statics.values;
    const auto node = values.find("node.id");
    const auto broker = values.find("broker.id");
    if (node != values.end() && broker != values.end() && node->second != broker->second) {
        mistakes.push_back("node.id and broker.id differ; leave broker.id out");
    }
    const auto& set = node != values.end() ? node : broker;
    if (set == values.end()) return {1};
    return {number_in<std::int32_t>(set->second).value_or(1)};
}

std::vector<std::string> choose_log_dirs(const BrokerConfig& config, Mistakes& mistakes) {
    std::string value = kDefaultLogDirectory;
    if (config.is_set("log.dir")) value = *config.text("log.dir");
    if (config.is_set("log.dirs")) value = *config.text("log.dirs");
    std::vector<std::string> directories = cluster::split_list(value);
    std::erase(directories, "");
    if (directories.empty()) {
        mistakes.push_back("log.dirs is empty; write the directory that the data is to be in");
    }
    return directories;
}

std::unordered_map<std::string, std::int32_t> address_limits(std::string_view value,
                                                             Mistakes& mistakes) {
    std::unordered_map<std::string, std::int32_t> limits;
    for (const std::string& element : cluster::split_list(value)) {
        if (element.empty()) continue;
        const auto colon = element.rfind(':');
        const auto limit =
            colon == std::string::npos
                ? std::nullopt
                : number_in<std::int32_t>(std::string_view(element).substr(colon + 1));
        if (!limit || *limit < 0) {
            mistakes.push_back(
                fmt::format("max.connections.per.ip.overrides: \"{}\" is no limit; "
                            "write ADDRESS:NUMBER, such as 10.0.0.7:100",
                            element));
            continue;
        }
        limits[element.substr(0, colon)] = *limit;
    }
    return limits;
}

void take_numbers(BrokerConfig& config, Mistakes& mistakes) {
    const auto int32 = [&config](std::string_view key) {
        return static_cast<std::int32_t>(config.number(key));
    };
    config.socket_request_max_bytes = int32("socket.request.max.bytes");
    config.socket_listen_backlog_size = int32("socket.listen.backlog.size");
    config.socket_send_buffer_bytes = int32("socket.send.buffer.bytes");
    config.socket_receive_buffer_bytes = int32("socket.receive.buffer.bytes");
    config.connections_max_idle_ms = config.number("connections.max.idle.ms");
    config.fetch_max_bytes = static_cast<std::int32_t>(config.number("fetch.max.bytes"));
    config.fetch_session_slots =
        static_cast<std::size_t>(config.number("max.incremental.fetch.session.cache.slots"));
    config.connection_limits.all = int32("max.connections");
    config.connection_limits.per_address = int32("max.connections.per.ip");
    config.connection_limits.overrides =
        address_limits(config.text("max.connections.per.ip.overrides").value_or(""), mistakes);
}

// Unlike Kafka: its start takes these, and no such topic can be made then; groups and transactions
// do not get a coordinator, and nobody hears why.
void check_internal_topics(const BrokerConfig& config, Mistakes& mistakes) {
    const cluster::ConfigKey* const of_topics = cluster::find_topic_config("segment.bytes");
    CHECK(of_topics, "topics have segments");
    for (const auto& [key, topic] :
         {std::pair("offsets.topic.segment.bytes", "__consumer_offsets"),
          std::pair("transaction.state.log.segment.bytes", "__transaction_state")}) {
        const std::int64_t least = of_topics->rule.min;
        if (config.number(key) >= least) continue;
        mistakes.push_back(fmt::format("{} is {}, and {} cannot be made with it; write {} or more",
                                       key, config.number(key), topic, least));
    }
}

}  // namespace

std::int64_t BrokerConfig::number(std::string_view key) const {
    const auto value = number_in<std::int64_t>(text(key).value_or(""));
    CHECK(value.has_value(), "the code asks for a number where the table has one");
    return *value;
}

bool BrokerConfig::flag(std::string_view key) const { return text(key) == "true"; }

std::optional<std::string> BrokerConfig::text(std::string_view key) const {
    const auto set = statics.values.find(key);
    if (set != statics.values.end()) return set->second;
    const char* by_default = key_named(key).default_value;
    return by_default ? std::optional<std::string>(by_default) : std::nullopt;
}

BrokerConfig make_config(const std::vector<ConfigSetting>& settings) {
    std::map<std::string_view, const ConfigSetting*> last_of_key;
    for (const ConfigSetting& setting : settings) last_of_key[setting.key] = &setting;

    BrokerConfig config;
    Mistakes mistakes;
    for (const auto& [key, setting] : last_of_key) take_value(*setting, config, mistakes);
    if (!mistakes.empty()) throw ConfigError(fmt::format("{}", fmt::join(mistakes, "\n")));

    config.statics.node_id = choose_node_id(config, mistakes);
    config.statics.values["node.id"] = std::to_string(config.statics.node_id.value);
    config.log_dirs = choose_log_dirs(config, mistakes);
    const std::string listeners =
        config.is_set("listeners") ? *config.text("listeners") : kDefaultListeners;
    const std::string advertised = config.text("advertised.listeners").value_or("");
    const std::string protocols = *config.text("listener.security.protocol.map");
    const std::string controllers = config.text("controller.listener.names").value_or("");
    config.listeners = make_listeners({.listeners = listeners,
                                       .advertised_listeners = advertised,
                                       .security_protocol_map = protocols,
                                       .controller_listener_names = controllers},
                                      mistakes);
    take_numbers(config, mistakes);
    check_internal_topics(config, mistakes);
    for (const auto& [key, value] : config.statics.values) {
        if (!config_key_has_effect(key)) config.without_effect.push_back(key);
    }
    if (!mistakes.empty()) throw ConfigError(fmt::format("{}", fmt::join(mistakes, "\n")));
    return config;
}

}  // namespace kafka::broker
