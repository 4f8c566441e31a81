// The configuration that the process was started with, read once: Kafka's `server.properties` keys
// from a file, the environment and the command line. Never changes afterwards; any thread reads it.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "broker/connection_quota.h"
#include "broker/listener_config.h"
#include "cluster/static_configs.h"

namespace kafka::broker {

// The process cannot start with this configuration: what() says what to write instead, one line a
// mistake.
struct ConfigError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ConfigSetting {
    std::string key;
    std::string value;
    std::string where;  // "server.properties:12", "KAFKA_NODE_ID", "--set"; for messages

    bool operator==(const ConfigSetting&) const = default;
};

struct BrokerConfig {
    cluster::StaticConfigs statics;
    std::vector<ListenerConfig> listeners;
    std::vector<std::string> log_dirs;
    std::optional<Endpoint> metrics_listener;  // metrics.listener; none: no metrics
    std::string cluster_id;  // for a directory that was never used; empty: a random one

    std::int32_t socket_request_max_bytes = 100 << 20;
    std::int32_t socket_listen_backlog_size = 50;
    std::int32_t socket_send_buffer_bytes = 102'400;
    std::int32_t socket_receive_buffer_bytes = 102'400;
    std::int64_t connections_max_idle_ms = 600'000;
    std::int32_t fetch_max_bytes = 55 << 20;
    std::size_t fetch_session_slots = 1000;
    ConnectionQuota::Limits connection_limits;

    // Keys that were set and mean nothing here, sorted.
    std::vector<std::string> without_effect;

    // Of a key in the table: what was set, or the default. The key must have such a value.
    std::int64_t number(std::string_view key) const;
    bool flag(std::string_view key) const;
    // None when it is not set and has no default.
    std::optional<std::string> text(std::string_view key) const;
    bool is_set(std::string_view key) const { return statics.values.contains(key); }
};

// Later settings win. Throws ConfigError with every mistake there is.
BrokerConfig make_config(const std::vector<ConfigSetting>& settings);

}  // namespace kafka::broker
