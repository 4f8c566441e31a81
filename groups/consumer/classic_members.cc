// Online migration: members of the classic protocol in a consumer group. What they say with
// JoinGroup, SyncGroup and Heartbeat is what others say with one ConsumerGroupHeartbeat; nobody
// leads, nobody is stopped, and a join is answered at once.
#include <algorithm>
#include <set>
#include <utility>

#include "groups/classic/consumer_protocol.h"
#include "groups/classic/rebalance.h"
#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

constexpr std::string_view kProtocolType = "consumer";
constexpr std::int16_t kFirstVersionThatGivesIds = 4;  // KIP-394

using ClassicMetadata = ConsumerGroupMemberMetadataValue::ClassicMemberMetadata;

// There must be a protocol that all classic members know, lest the group cannot go back.
bool shares_a_protocol(const ConsumerGroup& group, const JoinGroupRequest& request) {
    if (request.protocol_type != kProtocolType) return false;
    return std::ranges::any_of(request.protocols, [&](const auto& offered) {
        return std::ranges::all_of(group.members, [&](const auto& entry) {
            const auto& [id, member] = entry;
            if (!member.speaks_classic() || id == request.member_id) return true;
            const auto& known = member.said.classic_member_metadata->supported_protocols;
            return std::ranges::count(known, offered.name,
                                      &ClassicMetadata::ClassicProtocol::name) > 0;
        });
    });
}

ConsumerGroupMemberMetadataValue said_in(const ClassicJoin& join,
                                         const ConsumerProtocolSubscription& subscription) {
    const JoinGroupRequest& request = join.request;
    ConsumerGroupMemberMetadataValue said;
    said.instance_id = request.group_instance_id;
    said.rack_id = subscription.rack_id;
    said.client_id = join.client_id;
    said.client_host = join.client_host;
    const std::set<std::string> names(subscription.topics.begin(), subscription.topics.end());
    said.subscribed_topic_names.assign(names.begin(), names.end());
    said.subscribed_topic_regex.emplace();
    said.rebalance_timeout_ms =
        join.version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
    ConsumerGroupMemberMetadataValue::ClassicMemberMetadata classic;
    classic.session_timeout_ms = request.session_timeout_ms;
    for (const auto& each : request.protocols) {
        classic.supported_protocols.push_back({each.name, each.metadata});
    }
    said.classic_member_metadata = std::move(classic);
    return said;
}

JoinGroupResponse joined(const std::string& member_id, const CurrentAssignment& current,
                         const JoinGroupRequest& request) {
    JoinGroupResponse response;
    response.generation_id = GenerationId{current.epoch.value};
    response.protocol_type = std::string(kProtocolType);
    response.protocol_name = request.protocols.front().name;
    response.member_id = member_id;
    return response;
}

// NONE, or why the member may not speak for itself with the classic protocol.
ErrorCode check_member(const ConsumerGroup& group, const std::string& member_id,
                       const std::optional<std::string>& instance_id, GenerationId generation) {
    if (instance_id) {
        const auto error = check_instance(group, member_id, *instance_id);
        if (error) return error->code;
    }
    const ConsumerMember* member = group.find(member_id);
    if (!member || !member->speaks_classic()) return ErrorCode::UNKNOWN_MEMBER_ID;
    return member->current.epoch.value == generation.value ? ErrorCode::NONE
                                                           : ErrorCode::ILLEGAL_GENERATION;
}

bool waits_for_others(const ConsumerGroup& group, const std::string& member_id,
                      const ConsumerMember& member) {
    for (const auto& [topic, partitions] : group.target_of(member_id)) {
        const auto owned = member.current.assigned.find(topic);
        for (const PartitionIndex partition : partitions) {
            const bool has = owned != member.current.assigned.end() &&
                             std::ranges::binary_search(owned->second, partition, {},
                                                        &OwnedPartition::partition);
            if (!has && !group.owners.is_free(topic, partition)) return true;
        }
    }
    return false;
}

// To hear of a new epoch, to say that it has let go, or to get what has become free.
bool must_join_again(const ConsumerGroup& group, const std::string& member_id,
                     const ConsumerMember& member) {
    switch (member.current.state) {
        case MemberState::UnrevokedPartitions:
            return true;
        case MemberState::UnreleasedPartitions:
            if (!waits_for_others(group, member_id, member)) return true;
            break;
        case MemberState::Stable:
            break;
    }
    return member.current.epoch.value < group.epoch.value;
}

void expect_join(ConsumerTimers& timers, const std::string& member_id, const ConsumerMember& member,
                 const Context& context) {
    ConsumerTimers::Member& timer = timers.members[member_id];
    if (timer.join != kNever) return;
    timers.arm(timer.join, context.now.in_ms(member.said.rebalance_timeout_ms));
}

void extend_session(ConsumerTimers& timers, const std::string& member_id,
                    const ConsumerMember& member, const Context& context) {
    const std::int32_t session = member.said.classic_member_metadata->session_timeout_ms;
    timers.arm(timers.members[member_id].session, context.now.in_ms(session));
}

SyncGroupResponse synced(const ConsumerMember& member, const SyncGroupRequest& request,
                         const Metadata& metadata) {
    TopicPartitions assigned;
    for (const auto& [topic, owned] : member.current.assigned) {
        for (const OwnedPartition& each : owned) assigned[topic].push_back(each.partition);
    }
    const auto& protocols = member.said.classic_member_metadata->supported_protocols;
    SyncGroupResponse response;
    response.protocol_type = request.protocol_type;
    response.protocol_name = request.protocol_name;
    response.assignment = write_assignment(assigned, protocols.front().metadata, metadata);
    return response;
}

}  // namespace

Effects on_classic_join(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                        const ClassicJoin& join, const Context& context) {
    const JoinGroupRequest& request = join.request;
    Effects effects;
    const auto refuse = [&](std::string_view member_id, ErrorCode error) {
        effects.reply(join.token, join_error(std::string(member_id), error));
        return std::move(effects);
    };
    const bool has_id = !request.member_id.empty();
    const bool is_full =
        group.members.size() >= static_cast<std::size_t>(context.config.consumer_max_size);
    if (is_full && !(has_id && group.find(request.member_id))) {
        return refuse("", ErrorCode::GROUP_MAX_SIZE_REACHED);
    }
    const auto subscription = request.protocols.empty()
                                  ? std::nullopt
                                  : read_subscription(request.protocols.front().metadata);
    if (!shares_a_protocol(group, request) || !subscription) {
        return refuse("", ErrorCode::INCONSISTENT_GROUP_PROTOCOL);
    }
    const bool is_static = request.group_instance_id.has_value();
    if (!has_id && !is_static && join.version >= kFirstVersionThatGivesIds) {
        return refuse(join.new_member_id, ErrorCode::MEMBER_ID_REQUIRED);
    }
    const std::string& id = has_id ? request.member_id : join.new_member_id;
    const std::string* instance =
        is_static ? group.find_static(*request.group_instance_id) : nullptr;
    const bool replaces_consumer = instance && !group.find(*instance)->speaks_classic();

    const TopicPartitions owned = owned_in(*subscription, context.metadata);
    Draft draft(group, context);
    const Joiner joiner{id,    request.group_instance_id, kJoining, !is_static || !has_id, true,
                        &owned};
    if (const auto error = admit(draft, timers, joiner)) {
        return refuse("", error->code);
    }
    const ConsumerMember* known = draft.group().find(id);
    const std::string old_regex(known ? known->regex() : "");
    const bool new_names = describe_itself(draft, id, said_in(join, *subscription));
    const bool new_topics = update_regexes(draft, timers, old_regex, "");
    move_epoch(draft, timers, new_names || new_topics);
    assign(draft);
    const CurrentAssignment current =
        reconcile(draft, timers, id, &owned, new_names || !old_regex.empty());
    effects.reply(join.token, joined(id, current, request));
    effects.records = draft.take_records();

    ConsumerTimers::Member& timer = timers.members[id];
    timer.join = kNever;
    timers.arm(timer.session, context.now.in_ms(request.session_timeout_ms));
    timers.arm(timer.sync, context.now.in_ms(draft.group().find(id)->said.rebalance_timeout_ms));
    // The last one that could not do without the consumer protocol is now this member.
    if (replaces_consumer && can_downgrade(draft.group(), {}, context.config)) {
        downgrade(draft.group(), {}, classic, context, effects);
    }
    return effects;
}

Effects on_classic_sync(const ConsumerGroup& group, ConsumerTimers& timers,
                        const SyncGroupRequest& request, Token token, const Context& context) {
    Effects effects;
    const std::string& id = request.member_id;
    const ErrorCode error =
        check_member(group, id, request.group_instance_id, request.generation_id);
    if (error != ErrorCode::NONE) {
        effects.reply(token, sync_error(error));
        return effects;
    }
    const ConsumerMember& member = *group.find(id);
    const auto& protocols = member.said.classic_member_metadata->supported_protocols;
    const bool contradicts =
        (request.protocol_type && *request.protocol_type != kProtocolType) ||
        (request.protocol_name && *request.protocol_name != protocols.front().name);
    // Whoever must let go hears of it first; the next rebalance comes after that.
    const bool outdated = member.current.epoch.value < group.epoch.value &&
                          member.current.state != MemberState::UnrevokedPartitions;
    if (contradicts) {
        effects.reply(token, sync_error(ErrorCode::INCONSISTENT_GROUP_PROTOCOL));
    } else if (outdated) {
        expect_join(timers, id, member, context);
        effects.reply(token, sync_error(ErrorCode::REBALANCE_IN_PROGRESS));
    } else {
        timers.members[id].sync = kNever;
        extend_session(timers, id, member, context);
        effects.reply(token, synced(member, request, context.metadata));
    }
    return effects;
}

ErrorCode on_classic_heartbeat(const ConsumerGroup& group, ConsumerTimers& timers,
                               const HeartbeatRequest& request, const Context& context) {
    const std::string& id = request.member_id;
    const ErrorCode error =
        check_member(group, id, request.group_instance_id, request.generation_id);
    if (error != ErrorCode::NONE) return error;
    const ConsumerMember& member = *group.find(id);
    extend_session(timers, id, member, context);
    if (!must_join_again(group, id, member)) return ErrorCode::NONE;
    expect_join(timers, id, member, context);
    return ErrorCode::REBALANCE_IN_PROGRESS;
}

}  // namespace kafka::groups
