// ConsumerGroupHeartbeat: a member joins, stays, changes its mind, or says what it has let go of;
// the answer tells it what is its own.
#include <algorithm>

#include "groups/assignors/assignor.h"
#include "groups/consumer/events.h"
#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

using Request = ConsumerGroupHeartbeatRequest;
using HeartbeatAnswer = ConsumerGroupHeartbeatResponse;

// Since this version members make up their ids themselves (KIP-1082).
constexpr std::int16_t kFirstVersionWithClientIds = 1;

Error bad_request(std::string message) { return {ErrorCode::INVALID_REQUEST, std::move(message)}; }

std::optional<Error> check_join(const Request& request) {
    if (request.rebalance_timeout_ms == -1) {
        return bad_request("RebalanceTimeoutMs must be provided in first request.");
    }
    if (!request.topic_partitions || !request.topic_partitions->empty()) {
        return bad_request("TopicPartitions must be empty when (re-)joining.");
    }
    // Empty ones are good: a member of the group that reads nothing yet.
    if (!request.subscribed_topic_names && !request.subscribed_topic_regex) {
        return bad_request(
            "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when "
            "(re-)joining.");
    }
    return std::nullopt;
}

std::optional<Error> check_assignor(const Request& request, const GroupConfig& config) {
    const auto& offered = config.consumer_assignors;
    if (!request.server_assignor || std::ranges::count(offered, *request.server_assignor) > 0) {
        return std::nullopt;
    }
    std::string names;
    for (const std::string& name : offered) names += (names.empty() ? "" : ", ") + name;
    return Error{ErrorCode::UNSUPPORTED_ASSIGNOR,
                 "ServerAssignor " + *request.server_assignor +
                     " is not supported. Supported assignors: " + names + "."};
}

TopicPartitions owned_by(const Request& request) {
    TopicPartitions owned;
    for (const auto& topic : *request.topic_partitions) {
        auto& partitions = owned[topic.topic_id];
        partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
        std::ranges::sort(partitions);
    }
    return owned;
}

ConsumerGroupMemberMetadataValue said_in(const ConsumerHeartbeat& heartbeat,
                                         const ConsumerMember* known) {
    const Request& request = heartbeat.request;
    ConsumerGroupMemberMetadataValue said;
    if (known) said = known->said;
    said.classic_member_metadata.reset();
    said.client_id = heartbeat.client_id;
    said.client_host = heartbeat.client_host;
    if (request.instance_id) said.instance_id = request.instance_id;
    if (request.rack_id) said.rack_id = request.rack_id;
    if (request.rebalance_timeout_ms >= 0) said.rebalance_timeout_ms = request.rebalance_timeout_ms;
    if (request.server_assignor) said.server_assignor = request.server_assignor;
    if (request.subscribed_topic_names) {
        auto& names = said.subscribed_topic_names = *request.subscribed_topic_names;
        std::ranges::sort(names);
        names.erase(std::unique(names.begin(), names.end()), names.end());
    }
    if (request.subscribed_topic_regex)
        said.subscribed_topic_regex = request.subscribed_topic_regex;
    if (!said.subscribed_topic_regex) said.subscribed_topic_regex.emplace();  // as Kafka writes it
    return said;
}

HeartbeatAnswer::Assignment assignment_of(const CurrentAssignment& current) {
    HeartbeatAnswer::Assignment assignment;
    for (const auto& [topic, partitions] : current.assigned) {
        auto& each = assignment.topic_partitions.emplace_back();
        each.topic_id = topic;
        for (const OwnedPartition& owned : partitions) each.partitions.push_back(owned.partition);
    }
    return assignment;
}

// A member that does not know what it has says everything.
bool is_full(const Request& request) {
    return request.rebalance_timeout_ms != -1 && request.topic_partitions &&
           (request.subscribed_topic_names || request.subscribed_topic_regex);
}

Answered<HeartbeatAnswer> refused(Error error) { return {heartbeat_error(std::move(error)), {}}; }

}  // namespace

HeartbeatAnswer heartbeat_error(Error error) {
    HeartbeatAnswer response;
    response.error_code = error.code;
    if (!error.message.empty()) response.error_message = std::move(error.message);
    return response;
}

std::optional<Error> check(const ConsumerHeartbeat& heartbeat, const GroupConfig& config) {
    if (!config.consumer_protocol_enabled) return Error{ErrorCode::UNSUPPORTED_VERSION, ""};
    const Request& request = heartbeat.request;
    const bool must_have_id = heartbeat.version >= kFirstVersionWithClientIds ||
                              request.member_epoch > kJoining || request.member_epoch == kLeaving;
    if (must_have_id && request.member_id.empty()) return bad_request("MemberId can't be empty.");
    if (request.group_id.empty()) return bad_request("GroupId can't be empty.");
    if (request.instance_id == "") return bad_request("InstanceId can't be empty.");
    if (request.rack_id == "") return bad_request("RackId can't be empty.");
    if (heartbeat.joins()) {
        if (auto error = check_join(request)) return error;
    } else if (request.member_epoch == kLeavingForAWhile) {
        if (!request.instance_id) return bad_request("InstanceId can't be null.");
    } else if (request.member_epoch < kLeavingForAWhile) {
        return bad_request("MemberEpoch is invalid.");
    }
    return check_assignor(request, config);
}

Answered<HeartbeatAnswer> on_consumer_heartbeat(const ConsumerGroup& group, ConsumerTimers& timers,
                                                const ConsumerHeartbeat& heartbeat,
                                                const Context& context) {
    const Request& request = heartbeat.request;
    const std::string& id = request.member_id.empty() ? heartbeat.new_member_id : request.member_id;
    const bool is_full_group =
        group.members.size() >= static_cast<std::size_t>(context.config.consumer_max_size);
    if (is_full_group && !group.find(id)) {
        return refused({ErrorCode::GROUP_MAX_SIZE_REACHED,
                        "The consumer group has reached its maximum capacity of " +
                            std::to_string(context.config.consumer_max_size) + " members."});
    }
    std::optional<TopicPartitions> owned;
    if (request.topic_partitions) owned = owned_by(request);
    const TopicPartitions* owns = owned ? &*owned : nullptr;

    Draft draft(group, context);
    const Joiner joiner{id,  request.instance_id, request.member_epoch, heartbeat.joins(), false,
                        owns};
    if (auto error = admit(draft, timers, joiner)) return refused(*std::move(error));

    const ConsumerMember* known = draft.group().find(id);
    const OwnedPartitions assigned_before = known ? known->current.assigned : OwnedPartitions{};
    const std::string old_regex(known ? known->regex() : "");
    auto said = said_in(heartbeat, known);
    const std::string new_regex = *said.subscribed_topic_regex;
    if (old_regex != new_regex && !new_regex.empty()) {
        if (auto error = check_regex(new_regex)) return refused(*std::move(error));
    }
    const bool new_names = describe_itself(draft, id, std::move(said));
    const bool new_topics = update_regexes(draft, timers, old_regex, new_regex);
    move_epoch(draft, timers, new_names || new_topics);
    assign(draft);
    const bool subscription_changed = new_names || old_regex != new_regex;
    const CurrentAssignment current = reconcile(draft, timers, id, owns, subscription_changed);

    const ConsumerSettings settings = context.metadata.settings_of(group.id);
    timers.arm(timers.members[id].session, context.now.in_ms(settings.session_timeout_ms));
    Answered<HeartbeatAnswer> answer;
    answer.response.member_id = id;
    answer.response.member_epoch = current.epoch;
    answer.response.heartbeat_interval_ms = settings.heartbeat_interval_ms;
    if (heartbeat.joins() || is_full(request) || current.assigned != assigned_before) {
        answer.response.assignment = assignment_of(current);
    }
    answer.effects.records = draft.take_records();
    return answer;
}

}  // namespace kafka::groups
