// The uniform assignor where everybody subscribes to the same topics: each member gets as many
// partitions as any other, or one more, and keeps of what it had as much as that allows.
#include <algorithm>

#include "base/check.h"
#include "groups/assignors/assignor.h"

namespace kafka::groups {
namespace {

class Balance {
  public:
    explicit Balance(const GroupToAssign& group)
        : group_(group), assignment_(group.members.size()), room_(group.members.size()) {
        std::size_t total = 0;
        for (const TopicToAssign& topic : group.topics) {
            total += static_cast<std::size_t>(topic.partition_count);
            taken_.emplace_back(static_cast<std::size_t>(topic.partition_count), false);
        }
        quota_ = total / group.members.size();
        extras_ = total % group.members.size();
    }

    Assignment run() {
        for (std::size_t i = 0; i < group_.members.size(); ++i) keep(i);
        give_extras();
        hand_out_the_rest();
        return std::move(assignment_);
    }

  private:
    // What the member had, up to its share; the first who have more keep one more.
    void keep(std::size_t member) {
        std::size_t room = quota_ + (extras_ > 0 ? 1 : 0);
        const TopicPartitions* before = group_.members[member].target;
        for (std::size_t at = 0; before && at < group_.topics.size(); ++at) {
            const TopicToAssign& topic = group_.topics[at];
            const auto had = before->find(topic.id);
            if (had == before->end()) continue;
            for (const PartitionIndex partition : had->second) {
                if (partition.value >= topic.partition_count) break;
                taken_[at][static_cast<std::size_t>(partition.value)] = true;
                if (room == 0) {
                    given_up_.push_back({at, partition});
                    continue;
                }
                assignment_[member][topic.id].push_back(partition);
                --room;
            }
        }
        if (extras_ > 0) {
            if (room == 0) {
                --extras_;
                room_[member] = 0;
                return;
            }
            --room;
            may_take_extra_.push_back(member);
        }
        room_[member] = room;
    }

    // The last of those who have not got more than the others yet.
    void give_extras() {
        for (auto member = may_take_extra_.rbegin(); extras_ > 0; ++member, --extras_) {
            CHECK(member != may_take_extra_.rend(), "there are fewer extras than members");
            ++room_[*member];
        }
    }

    // What nobody had, then what had to be given up.
    void hand_out_the_rest() {
        for (std::size_t at = 0; at < group_.topics.size(); ++at) {
            for (std::size_t i = 0; i < taken_[at].size(); ++i) {
                if (!taken_[at][i]) hand_out({at, {static_cast<std::int32_t>(i)}});
            }
        }
        for (const Place& place : given_up_) hand_out(place);
        for (TopicPartitions& assigned : assignment_) {
            for (auto& [topic, partitions] : assigned) std::ranges::sort(partitions);
        }
    }

    struct Place {
        std::size_t topic;  // its number in the group
        PartitionIndex partition;
    };

    void hand_out(const Place& place) {
        while (room_[receiver_] == 0) ++receiver_;
        assignment_[receiver_][group_.topics[place.topic].id].push_back(place.partition);
        --room_[receiver_];
    }

    const GroupToAssign& group_;
    Assignment assignment_;
    std::size_t quota_ = 0;
    std::size_t extras_ = 0;  // members that may have one more than quota_
    std::vector<std::size_t> room_;
    std::vector<std::size_t> may_take_extra_;
    std::vector<std::vector<bool>> taken_;  // by topic and partition
    std::vector<Place> given_up_;
    std::size_t receiver_ = 0;
};

}  // namespace

Assignment assign_uniformly(const GroupToAssign& group) {
    if (group.members.empty()) return {};
    const auto& first = group.members.front().topics;
    const bool all_same = std::ranges::all_of(
        group.members, [&](const MemberToAssign& member) { return member.topics == first; });
    return all_same ? Balance(group).run() : assign_mixed_uniformly(group);
}

}  // namespace kafka::groups
