// What the configuration says about groups, as they want it.
#include <algorithm>
#include <cctype>

#include "broker/config.h"
#include "broker/groups/group_shard.h"
#include "cluster/config_key.h"
#include "groups/assignors/assignor.h"

namespace kafka::broker {
namespace {

std::int32_t narrow(std::int64_t value) { return static_cast<std::int32_t>(value); }

groups::ConsumerSettings consumer_settings_of(const BrokerConfig& config) {
    groups::ConsumerSettings settings;
    settings.session_timeout_ms = narrow(config.number("group.consumer.session.timeout.ms"));
    settings.heartbeat_interval_ms = narrow(config.number("group.consumer.heartbeat.interval.ms"));
    settings.assignment_interval_ms =
        narrow(config.number("group.consumer.assignment.interval.ms"));
    return settings;
}

std::vector<std::string> assignors_of(const BrokerConfig& config) {
    std::vector<std::string> names =
        cluster::split_list(config.text("group.consumer.assignors").value_or(""));
    if (names.empty()) throw ConfigError("group.consumer.assignors: write uniform,range");
    for (const std::string& name : names) {
        if (groups::find_assignor(name)) continue;
        throw ConfigError("group.consumer.assignors: there is no " + name +
                          "; uniform and range are built in, and others cannot be loaded");
    }
    return names;
}

groups::MigrationPolicy migration_policy_of(const BrokerConfig& config) {
    std::string name = config.text("group.consumer.migration.policy").value_or("");
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name == "disabled") return groups::MigrationPolicy::Disabled;
    if (name == "upgrade") return groups::MigrationPolicy::Upgrade;
    if (name == "downgrade") return groups::MigrationPolicy::Downgrade;
    return groups::MigrationPolicy::Bidirectional;
}

bool enables_consumer_protocol(const BrokerConfig& config) {
    const auto protocols =
        cluster::split_list(config.text("group.coordinator.rebalance.protocols").value_or(""));
    return std::ranges::count(protocols, "consumer") > 0;
}

}  // namespace

groups::GroupConfig group_config_of(const BrokerConfig& config) {
    groups::GroupConfig groups;
    groups.initial_rebalance_delay_ms = narrow(config.number("group.initial.rebalance.delay.ms"));
    groups.min_session_timeout_ms = narrow(config.number("group.min.session.timeout.ms"));
    groups.max_session_timeout_ms = narrow(config.number("group.max.session.timeout.ms"));
    groups.max_size = narrow(config.number("group.max.size"));
    groups.consumer_protocol_enabled = enables_consumer_protocol(config);
    groups.consumer = consumer_settings_of(config);
    groups.consumer_assignors = assignors_of(config);
    groups.consumer_max_size = narrow(config.number("group.consumer.max.size"));
    groups.consumer_migration = migration_policy_of(config);
    groups.offset_metadata_max_bytes = narrow(config.number("offset.metadata.max.bytes"));
    groups.offsets_retention_ms = config.number("offsets.retention.minutes") * 60'000;
    groups.offsets_retention_check_interval_ms =
        config.number("offsets.retention.check.interval.ms");
    return groups;
}

}  // namespace kafka::broker
