// Offsets are forgotten when nobody has needed them for offsets.retention.minutes (KIP-211).
#include <algorithm>
#include <functional>

#include "groups/offsets/offsets.h"

namespace kafka::groups {
namespace {

// When the retention of an offset began; nothing while it is kept for good.
std::optional<TimestampMs> unused_since(const Group& of, const CommittedOffset& offset) {
    // A consumer group's members say what they read, and this topic is not in it.
    if (of.consumer) return offset.commit_timestamp;
    const ClassicGroup& group = of.classic;
    // Consumers that assign themselves: nobody knows whether they live, but by their commits.
    if (group.protocol_type.empty()) return offset.commit_timestamp;
    if (group.is_empty()) {
        // Records of old brokers do not say since when.
        const bool known = group.state_timestamp != TimestampMs{-1};
        return known ? group.state_timestamp : offset.commit_timestamp;
    }
    // Somebody is there, but perhaps does not read this topic any more. (That was asked before.)
    const bool knows_topics = group.uses_consumer_protocol() && group.subscribed_topics;
    if (knows_topics && group.state == ClassicState::Stable) return offset.commit_timestamp;
    return std::nullopt;
}

bool is_expired(const Group& group, const CommittedOffset& offset, const Context& context) {
    const std::optional<TimestampMs> since = unused_since(group, offset);
    if (!since) return false;
    if (offset.expire_timestamp() != TimestampMs{-1}) {
        return context.now.wall >= offset.expire_timestamp();
    }
    return context.now.wall - *since >= context.config.offsets_retention_ms;
}

}  // namespace

Records on_retention_check(const std::string& id, const Group& group,
                           const PendingTransactions& pending, const Context& context) {
    Records records;
    bool all_expired = !pending.contains(id);
    for (const auto& [topic, partitions] : group.offsets.topics()) {
        const bool subscribed = group.is_subscribed_to(topic);
        for (const CommittedOffset& each : partitions) {
            if (!subscribed && is_expired(group, each, context) &&
                !pending.contains(id, topic, each.partition)) {
                records.push_back(offset_tombstone(id, topic, each.partition));
            } else {
                all_expired = false;
            }
        }
    }
    // A member may just be on its way in.
    const bool unused = group.is_empty() && group.classic.pending_members.empty();
    if (all_expired && unused && (group.stored || group.consumer)) {
        std::ranges::move(tombstones(group), std::back_inserter(records));
    }
    return records;
}

}  // namespace kafka::groups
