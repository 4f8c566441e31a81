// The events of a consumer group, one file each. Decisions take the group const; whoever called
// replays the records. `classic` is the state of the same group id as a classic group, which it
// becomes when its last member of the consumer protocol goes (online migration).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "groups/classic/classic_group.h"
#include "groups/consumer/consumer_group.h"
#include "groups/consumer/timers.h"
#include "protocol/error.h"
#include "protocol/gen/consumer_group_describe.h"
#include "protocol/gen/consumer_group_heartbeat.h"
#include "protocol/gen/heartbeat.h"

namespace kafka::groups {

// --- heartbeat.cc

struct ConsumerHeartbeat {
    const ConsumerGroupHeartbeatRequest& request;
    std::int16_t version;
    std::string_view client_id;
    std::string_view client_host;
    std::string new_member_id;  // for a member that comes without one (version 0)

    bool joins() const { return request.member_epoch == kJoining; }
    bool leaves() const { return request.member_epoch.value < 0; }
};
// Nothing when a group may look at the request at all.
std::optional<Error> check(const ConsumerHeartbeat& heartbeat, const GroupConfig& config);
ConsumerGroupHeartbeatResponse heartbeat_error(Error error);
Answered<ConsumerGroupHeartbeatResponse> on_consumer_heartbeat(const ConsumerGroup& group,
                                                               ConsumerTimers& timers,
                                                               const ConsumerHeartbeat& heartbeat,
                                                               const Context& context);

// --- leave.cc

Answered<ConsumerGroupHeartbeatResponse> on_consumer_leave(const ConsumerGroup& group,
                                                           ConsumerTimers& timers,
                                                           ClassicGroup& classic,
                                                           const ConsumerHeartbeat& heartbeat,
                                                           const Context& context);
// LeaveGroup. One code for each of `leaving`.
Answered<std::vector<ErrorCode>> on_consumer_leave(const ConsumerGroup& group,
                                                   ConsumerTimers& timers, ClassicGroup& classic,
                                                   const std::vector<MemberToLeave>& leaving,
                                                   const Context& context);

// --- deadlines.cc

// Removes the members that are due by now; sets `wake_at` to the next deadline.
Effects on_consumer_time(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                         const Context& context);
// After loading: everybody gets a new session, as nobody had a chance to be heard.
void on_consumer_loaded(const ConsumerGroup& group, ConsumerTimers& timers, const Context& context);

// --- commit_check.cc

struct CommittedPartition {
    std::string_view topic;
    Uuid topic_id{};  // zero when the request names topics
    PartitionIndex partition{};
};
// May a commit with these credentials pass? NONE for those of no member when there is none.
ErrorCode check_commit(const ConsumerGroup& group, std::string_view member_id, MemberEpoch epoch,
                       std::int16_t version);
ErrorCode check_transactional_commit(const ConsumerGroup& group, std::string_view member_id,
                                     MemberEpoch epoch);
// May it pass for this partition? Asked when the above said STALE_MEMBER_EPOCH (KIP-1251).
ErrorCode check_stale_commit(const ConsumerGroup& group, std::string_view member_id,
                             MemberEpoch epoch, const CommittedPartition& partition,
                             const Metadata& metadata);
// May a member fetch the group's offsets? Without a member id anybody may.
ErrorCode check_fetch(const ConsumerGroup& group, const std::optional<std::string>& member_id,
                      MemberEpoch epoch);

// --- describe.cc

ConsumerGroupDescribeResponse::Group describe(const ConsumerGroup& group, const Context& context);

// --- classic_members.cc: members of the classic protocol in a consumer group

Effects on_classic_join(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                        const ClassicJoin& join, const Context& context);
Effects on_classic_sync(const ConsumerGroup& group, ConsumerTimers& timers,
                        const SyncGroupRequest& request, Token token, const Context& context);
ErrorCode on_classic_heartbeat(const ConsumerGroup& group, ConsumerTimers& timers,
                               const HeartbeatRequest& request, const Context& context);

// --- upgrade.cc

// Adds the records that make the classic group a consumer group, or says why it cannot become one.
// Whoever waits for a rebalance of it is told to join again.
std::optional<Error> upgrade(const GroupMetadataValue* stored, ClassicGroup& classic,
                             ConsumerTimers& timers, const Context& context, Effects& effects);

}  // namespace kafka::groups
