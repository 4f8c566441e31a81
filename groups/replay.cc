// Replay: the only code that changes what survives. It runs on the records of new decisions and on
// those of the log, and cannot tell them apart.
#include <algorithm>

#include "groups/classic/rebalance.h"
#include "groups/group_coordinator.h"

namespace kafka::groups {

void GroupCoordinator::replay(const Record& record, Offset at,
                              const std::optional<Producer>& producer) {
    std::visit([&](const auto& typed) { replay(typed, at, producer); }, record);
}

void GroupCoordinator::replay(const GroupMetadataRecord& record, Offset,
                              const std::optional<Producer>&) {
    const std::string& id = record.key.group;
    if (record.value) {
        find_or_create(id).stored = record.value;
        return;
    }
    Group* group = lookup(id);
    if (!group) return;
    group->stored.reset();
    // Whatever its members were, the group that comes next under this id starts from nothing.
    group->classic = ClassicGroup{.id = id};
    forget_if_nothing_is_left(id);
}

void GroupCoordinator::replay(const ConsumerGroupRecord& record, Offset,
                              const std::optional<Producer>&) {
    const std::string& id = record.key.group_id;
    if (record.value) return groups::replay(find_or_create_consumer(id), record);
    Group* group = lookup(id);
    if (!group) return;
    group->consumer.reset();
    group->timers = {};
    forget_if_nothing_is_left(id);
}

// A record of a member, a target or a regular expression. A tombstone makes no group.
template <class OfMember>
void GroupCoordinator::replay(const OfMember& record, Offset, const std::optional<Producer>&) {
    const std::string& id = record.key.group_id;
    if constexpr (std::is_same_v<OfMember, PartitionMetadataRecord>) return;
    if (record.value) return groups::replay(find_or_create_consumer(id), Record(record));
    Group* group = lookup(id);
    if (group && group->consumer) groups::replay(*group->consumer, Record(record));
}

void GroupCoordinator::replay(const OffsetCommitRecord& record, Offset at,
                              const std::optional<Producer>& producer) {
    const auto& [id, topic, partition] = record.key;
    if (!record.value) {
        pending_.erase(id, topic, partition);
        Group* group = lookup(id);
        if (group && group->offsets.erase(topic, partition)) forget_if_nothing_is_left(id);
        return;
    }
    CommittedOffset committed(partition, *record.value, at);
    if (producer) {
        pending_.put(producer->id, id, topic, std::move(committed));
    } else {
        find_or_create(id).offsets.put(topic, std::move(committed));
    }
}

void GroupCoordinator::end_transaction(ProducerId producer, bool committed) {
    auto written = pending_.take(producer);
    if (!committed) return;
    for (auto& [id, offsets] : written) {
        for (const auto& [topic, partitions] : offsets.topics()) {
            for (const CommittedOffset& each : partitions) {
                Group& group = find_or_create(id);
                const CommittedOffset* current = group.offsets.find(topic, each.partition);
                // The order of the commits' records counts, not that of the marker: compaction
                // keeps the last record of a key, and must not change the outcome.
                if (current && current->record_offset > each.record_offset) continue;
                group.offsets.put(
                    topic, CommittedOffset(each.partition, each.to_value(), each.record_offset));
            }
        }
    }
}

Effects GroupCoordinator::loaded(const Context& context) {
    Effects effects;
    for (auto& [id, group] : groups_) {
        if (group.consumer) on_consumer_loaded(*group.consumer, group.timers, context);
        if (group.stored) group.classic = restored(id, *group.stored);
        Effects of_group = on_loaded(group.classic, context);
        std::ranges::move(of_group.records, std::back_inserter(effects.records));
        std::ranges::move(of_group.replies, std::back_inserter(effects.replies));
        schedule(group);
    }
    next_retention_check_ = context.now.in_ms(context.config.offsets_retention_check_interval_ms);
    return effects;
}

bool GroupCoordinator::same_hard_state(const GroupCoordinator& other) const {
    if (pending_ != other.pending_) return false;
    const auto survives_in = [](const Groups& all, const std::string& id, const Group& group) {
        const auto found = all.find(id);
        if (found == all.end()) return false;
        const Group& theirs = found->second;
        const bool same_consumers = theirs.consumer && group.consumer
                                        ? *theirs.consumer == *group.consumer
                                        : !theirs.consumer && !group.consumer;
        return same_consumers && theirs.stored == group.stored && theirs.offsets == group.offsets;
    };
    const auto all_survive = [&](const Groups& these, const Groups& those) {
        return std::ranges::all_of(these, [&](const auto& entry) {
            return !entry.second.has_hard_state() || survives_in(those, entry.first, entry.second);
        });
    };
    return all_survive(groups_, other.groups_) && all_survive(other.groups_, groups_);
}

}  // namespace kafka::groups
