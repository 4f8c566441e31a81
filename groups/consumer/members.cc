// Who may speak for a member of a consumer group, and what it says about itself.
#include <algorithm>

#include "groups/consumer/steps.h"

namespace kafka::groups {
namespace {

Error fenced(std::string_view comparison, MemberEpoch said, MemberEpoch known) {
    return {ErrorCode::FENCED_MEMBER_EPOCH,
            "The consumer group member has a " + std::string(comparison) + " member epoch (" +
                std::to_string(said.value) + ") than the one known by the group coordinator (" +
                std::to_string(known.value) +
                "). The member must abandon all its partitions and rejoin."};
}

bool has_all(const OwnedPartitions& assigned, const TopicPartitions& owned) {
    return std::ranges::all_of(owned, [&](const auto& topic) {
        const auto found = assigned.find(topic.first);
        return found != assigned.end() &&
               std::ranges::all_of(topic.second, [&](PartitionIndex partition) {
                   return std::ranges::binary_search(found->second, partition, {},
                                                     &OwnedPartition::partition);
               });
    });
}

// A member that lost the answer which moved its epoch says the former one. Whoever joins anew, with
// nothing, may always do so.
std::optional<Error> check_epoch(const CurrentAssignment& current, const Joiner& joiner) {
    if (joiner.epoch > current.epoch) return fenced("greater", joiner.epoch, current.epoch);
    if (joiner.epoch == current.epoch || joiner.epoch == kJoining) return std::nullopt;
    const bool lost_an_answer = joiner.epoch == current.previous_epoch && joiner.owned &&
                                has_all(current.assigned, *joiner.owned);
    if (lost_an_answer) return std::nullopt;
    return fenced("smaller", joiner.epoch, current.epoch);
}

std::optional<Error> check_epoch_of(const ConsumerGroup& group, const Joiner& joiner) {
    const ConsumerMember* member = group.find(joiner.member_id);
    if (!member) return unknown_member(group, joiner.member_id);
    return joiner.speaks_classic ? std::nullopt : check_epoch(member->current, joiner);
}

// As it left, at epoch 0: it has to walk to the target like everybody, but is asked to revoke
// nothing that it does not have.
void replace_static(Draft& draft, ConsumerTimers& timers, const std::string& old_id,
                    const std::string& new_id) {
    const ConsumerMember old = *draft.group().find(old_id);
    const TopicPartitions target = draft.group().target_of(old_id);
    CurrentAssignment current{.assigned = old.current.assigned};
    draft.write(member_tombstones(draft.group(), old_id));
    draft.write(member_record(draft.group(), new_id, old.said));
    draft.write(target_record(draft.group(), new_id, target));
    draft.write(current_record(draft.group(), new_id, current));
    timers.members.erase(old_id);
}

}  // namespace

Error unknown_member(const ConsumerGroup& group, std::string_view member_id) {
    return {ErrorCode::UNKNOWN_MEMBER_ID,
            "Member " + std::string(member_id) + " is not a member of group " + group.id + "."};
}

std::optional<Error> check_instance(const ConsumerGroup& group, std::string_view member_id,
                                    const std::string& instance_id) {
    const std::string* owner = group.find_static(instance_id);
    if (!owner) {
        return Error{ErrorCode::UNKNOWN_MEMBER_ID, "Instance id " + instance_id + " is unknown."};
    }
    if (*owner == member_id) return std::nullopt;
    return Error{ErrorCode::FENCED_INSTANCE_ID, "Static member " + std::string(member_id) +
                                                    " with instance id " + instance_id +
                                                    " was fenced by member " + *owner + "."};
}

std::optional<Error> admit(Draft& draft, ConsumerTimers& timers, const Joiner& joiner) {
    const ConsumerGroup& group = draft.group();
    const std::string* owner =
        joiner.instance_id ? group.find_static(*joiner.instance_id) : nullptr;
    if (!joiner.joins) {
        if (joiner.instance_id) {
            auto error = check_instance(group, joiner.member_id, *joiner.instance_id);
            if (error) return error;
        }
        return check_epoch_of(group, joiner);
    }
    if (!owner) {
        return group.find(joiner.member_id) ? check_epoch_of(group, joiner) : std::nullopt;
    }
    const ConsumerMember& member = *group.find(*owner);
    // Two that use the same instance id by mistake must not push each other out: the first has to
    // have left. (A classic client cannot say that it leaves for a while, so it is replaced.)
    const bool can_say_so = !joiner.speaks_classic && !member.speaks_classic();
    if (can_say_so && member.current.epoch != kLeavingForAWhile) {
        return Error{ErrorCode::UNRELEASED_INSTANCE_ID,
                     "Static member " + std::string(joiner.member_id) + " with instance id " +
                         *joiner.instance_id +
                         " cannot join the group because the instance id is owned by " + *owner +
                         " member."};
    }
    replace_static(draft, timers, std::string(*owner), std::string(joiner.member_id));
    return std::nullopt;
}

bool describe_itself(Draft& draft, const std::string& member_id,
                     ConsumerGroupMemberMetadataValue said) {
    const ConsumerMember* known = draft.group().find(member_id);
    if (known && known->said == said) return false;
    const bool new_topics = known
                                ? known->said.subscribed_topic_names != said.subscribed_topic_names
                                : !said.subscribed_topic_names.empty();
    draft.write(member_record(draft.group(), member_id, std::move(said)));
    return new_topics;
}

}  // namespace kafka::groups
