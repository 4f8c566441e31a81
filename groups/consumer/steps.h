// The steps that the events of a consumer group share. For groups/consumer/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "groups/classic/classic_group.h"
#include "groups/consumer/draft.h"
#include "groups/consumer/timers.h"
#include "protocol/error.h"

namespace kafka::groups {

// --- members (members.cc)

struct Joiner {
    std::string_view member_id;
    const std::optional<std::string>& instance_id;
    MemberEpoch epoch;
    bool joins = false;                      // may become a member
    bool speaks_classic = false;             // generations are checked elsewhere
    const TopicPartitions* owned = nullptr;  // what it says it has; null when it does not say
};
// May the member go on? A static member that comes back under another id takes over what the old
// one had. `timers` forget the old one.
std::optional<Error> admit(Draft& draft, ConsumerTimers& timers, const Joiner& joiner);
// Writes what the member says of itself if that is new. True when its topics' names changed.
bool describe_itself(Draft& draft, const std::string& member_id,
                     ConsumerGroupMemberMetadataValue said);
std::optional<Error> check_instance(const ConsumerGroup& group, std::string_view member_id,
                                    const std::string& instance_id);
Error unknown_member(const ConsumerGroup& group, std::string_view member_id);

// --- subscriptions (subscriptions.cc)

// INVALID_REGULAR_EXPRESSION, or nothing.
std::optional<Error> check_regex(std::string_view regex);
// Resolves the regular expressions anew if the topics have changed, the member's expression has, or
// it is time; forgets those that nobody uses. True when the group must be assigned anew.
bool update_regexes(Draft& draft, ConsumerTimers& timers, std::string_view old_regex,
                    std::string_view new_regex);
// Moves the epoch when `bump` says so, or when subscribed topics have come, gone or grown.
void move_epoch(Draft& draft, ConsumerTimers& timers, bool bump);
std::int64_t hash_of_topics(const ConsumerGroup& group, const Metadata& metadata);

// --- assignment (target_assignment.cc, reconcile.cc)

// Makes a target assignment for the group epoch, unless there is one or the last was just made.
void assign(Draft& draft);
// Most members' choice, or the broker's.
std::string_view preferred_assignor(const ConsumerGroup& group, const GroupConfig& config);
// The next step of a member towards its target. `owned` is what it says it has: null when it does
// not say.
CurrentAssignment reconciled(const ConsumerGroup& group, const ConsumerMember& member,
                             const TopicPartitions& target, const TopicPartitions* owned,
                             bool subscription_changed);
// Takes that step for one member, and arms or disarms its rebalance timeout.
CurrentAssignment reconcile(Draft& draft, ConsumerTimers& timers, const std::string& member_id,
                            const TopicPartitions* owned, bool subscription_changed);

// --- the end of a membership (leave.cc, downgrade.cc)

// These members are gone. The group becomes a classic one when only classic members are left.
Effects remove_members(const ConsumerGroup& group, ConsumerTimers& timers, ClassicGroup& classic,
                       const std::vector<std::string>& member_ids, const Context& context);
// May the group do without the consumer protocol, once `leaving` are gone?
bool can_downgrade(const ConsumerGroup& group, const std::vector<std::string>& leaving,
                   const GroupConfig& config);
// Writes the tombstones and the classic group's record, and makes `classic` that group: Stable.
void downgrade(const ConsumerGroup& group, const std::vector<std::string>& leaving,
               ClassicGroup& classic, const Context& context, Effects& effects);

}  // namespace kafka::groups
