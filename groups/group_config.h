// What the broker's configuration says about groups, under Kafka's names. Plain values; the owner
// of a coordinator passes them to every decision, so that a change takes effect at the next event.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace kafka::groups {

// group.consumer.migration.policy: may a group change its protocol while it has members?
enum class MigrationPolicy : std::uint8_t { Disabled, Upgrade, Downgrade, Bidirectional };

// What a consumer group can have set for itself (ConfigResource type GROUP).
struct ConsumerSettings {
    std::int32_t session_timeout_ms = 45'000;
    std::int32_t heartbeat_interval_ms = 5'000;
    // The least time between two assignments. Unlike Kafka: 0 instead of 1,000, for the same reason
    // as the initial rebalance delay below.
    std::int32_t assignment_interval_ms = 0;
};

struct GroupConfig {
    // Unlike Kafka: 0 instead of 3,000. Whoever starts many members at once can wait for them; a
    // test or a single consumer should not.
    std::int32_t initial_rebalance_delay_ms = 0;
    std::int32_t min_session_timeout_ms = 6'000;
    std::int32_t max_session_timeout_ms = 1'800'000;
    std::int32_t max_size = std::numeric_limits<std::int32_t>::max();
    // How long a member whose first JoinGroup is parked is kept; it cannot send heartbeats yet.
    // Not configurable in Kafka either.
    std::int32_t new_member_join_timeout_ms = 300'000;

    // --- consumer groups (KIP-848)
    bool consumer_protocol_enabled = true;
    ConsumerSettings consumer{};  // for groups that have nothing set for themselves
    std::vector<std::string> consumer_assignors{"uniform", "range"};  // the default first
    std::int32_t consumer_max_size = std::numeric_limits<std::int32_t>::max();
    MigrationPolicy consumer_migration = MigrationPolicy::Bidirectional;

    // --- offsets
    std::int32_t offset_metadata_max_bytes = 4'096;
    std::int64_t offsets_retention_ms = 7 * 24 * 3'600'000LL;
    std::int64_t offsets_retention_check_interval_ms = 600'000;
};

}  // namespace kafka::groups
