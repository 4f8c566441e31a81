// Online migration: a member of the consumer protocol comes into a classic group. The group becomes
// a consumer group; the classic members stay, with what they have, and go on with JoinGroup.
#include <algorithm>
#include <utility>

#include "groups/classic/consumer_protocol.h"
#include "groups/classic/rebalance.h"
#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

Error refused(const ClassicGroup& classic, std::string_view because) {
    return {ErrorCode::GROUP_ID_NOT_FOUND, "Cannot upgrade classic group " + classic.id +
                                               " to consumer group because " +
                                               std::string(because) + "."};
}

std::optional<Error> check_upgrade(const ClassicGroup& classic, const GroupConfig& config) {
    const bool allowed = config.consumer_migration == MigrationPolicy::Upgrade ||
                         config.consumer_migration == MigrationPolicy::Bidirectional;
    if (!allowed) return refused(classic, "online upgrade is disabled");
    if (!classic.uses_consumer_protocol()) {
        return refused(classic, "the group does not use the consumer embedded protocol");
    }
    if (classic.members.size() > static_cast<std::size_t>(config.consumer_max_size)) {
        return refused(classic, "the group size exceeds the consumer group maximum size");
    }
    return std::nullopt;
}

// Nothing when its subscription cannot be read.
std::optional<ConsumerGroupMemberMetadataValue> said_by(const ClassicGroup& group,
                                                        const ClassicMember& member) {
    const Bytes* metadata =
        group.protocol ? member.metadata_for(*group.protocol) : &member.protocols.front().metadata;
    const auto subscription = metadata ? read_subscription(*metadata) : std::nullopt;
    if (!subscription) return std::nullopt;
    ConsumerGroupMemberMetadataValue said;
    said.instance_id = member.instance_id;
    said.rack_id = subscription->rack_id;
    said.client_id = member.client_id;
    said.client_host = member.client_host;
    const std::set<std::string> names(subscription->topics.begin(), subscription->topics.end());
    said.subscribed_topic_names.assign(names.begin(), names.end());
    said.subscribed_topic_regex.emplace();
    said.rebalance_timeout_ms = member.rebalance_timeout_ms;
    ConsumerGroupMemberMetadataValue::ClassicMemberMetadata classic;
    classic.session_timeout_ms = member.session_timeout_ms;
    for (const auto& each : member.protocols) {
        classic.supported_protocols.push_back({each.name, each.metadata});
    }
    said.classic_member_metadata = std::move(classic);
    return said;
}

void turn_back_everybody(ClassicGroup& classic, Effects& effects) {
    for (auto& [id, member] : classic.members) {
        effects.reply(std::exchange(member.joining, kNobody),
                      join_error(id, ErrorCode::REBALANCE_IN_PROGRESS));
        effects.reply(std::exchange(member.syncing, kNobody),
                      sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
    }
}

// What the member has is what it shall have, as of the generation, until the next assignment.
void write_assignment_of(Draft& draft, const std::string& member_id, TopicPartitions assigned) {
    const MemberEpoch epoch{draft.group().epoch.value};
    CurrentAssignment current{.epoch = epoch, .previous_epoch = epoch};
    for (const auto& [topic, partitions] : assigned) {
        for (const PartitionIndex partition : partitions) {
            current.assigned[topic].push_back({partition, epoch});
        }
    }
    draft.write(target_record(draft.group(), member_id, assigned));
    draft.write(current_record(draft.group(), member_id, current));
}

}  // namespace

std::optional<Error> upgrade(const GroupMetadataValue* stored, ClassicGroup& classic,
                             ConsumerTimers& timers, const Context& context, Effects& effects) {
    if (auto error = check_upgrade(classic, context.config)) return error;

    const ConsumerGroup empty{.id = classic.id};
    Draft draft(empty, context);
    for (const auto& [id, member] : classic.members) {
        auto said = said_by(classic, member);
        if (!said) return refused(classic, "the embedded consumer protocol is malformed");
        draft.write(member_record(empty, id, *std::move(said)));
    }
    const GroupEpoch epoch{classic.generation.value};
    const std::int64_t hash = hash_of_topics(draft.group(), context.metadata);
    draft.write(group_record(empty, epoch, hash));
    const Assignments assignments = assignments_of(stored);
    for (const auto& [id, member] : classic.members) {
        const auto found = assignments.find(id);
        const auto assignment =
            found == assignments.end() ? std::nullopt : read_assignment(found->second);
        // What a custom assignor has noted for itself would be lost.
        if (assignment && assignment->user_data && !assignment->user_data->empty()) {
            return refused(classic,
                           "an unsupported custom assignor is in use. Please refer to the "
                           "documentation or switch to a default assignor before re-attempting "
                           "the upgrade");
        }
        TopicPartitions assigned;
        if (assignment) assigned = assigned_in(*assignment, context.metadata);
        write_assignment_of(draft, id, std::move(assigned));
    }
    draft.write(target_epoch_record(empty, AssignmentEpoch{epoch.value}, TimestampMs{0}));

    for (const auto& [id, member] : classic.members) {
        timers.arm(timers.members[id].session, context.now.in_ms(member.session_timeout_ms));
    }
    turn_back_everybody(classic, effects);
    if (stored) effects.records.push_back(GroupMetadataRecord{{classic.id}, std::nullopt});
    std::ranges::move(draft.take_records(), std::back_inserter(effects.records));
    return std::nullopt;
}

}  // namespace kafka::groups
