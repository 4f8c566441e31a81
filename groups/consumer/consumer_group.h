// A consumer group (KIP-848): members say what they want, the broker assigns. Three epochs run
// after each other:
//
//   group epoch ───────▶ assignment epoch ───────▶ member epoch (one each)
//   members or topics    the target assignment     the member has what the target gives it
//   have changed         for that change is made
//
// and each member walks to the target by itself, while the others go on reading:
//
//             target changes, and takes partitions away
//   Stable ───────────────────────────────────────────▶ UnrevokedPartitions
//     ▲  │ target changes, and gives partitions               │ the member no longer
//     │  │ that others have not let go                        │ says that it owns them
//     │  ▼                                                    ▼
//     └─ UnreleasedPartitions ◀───────────────── (towards the newest target)
//        until they are free
//
// ConsumerGroup is what must survive: it is made by replaying records and by nothing else.
// Decisions get it const and return records. What may be forgotten is in timers.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/partitions.h"
#include "groups/records.h"

namespace kafka::groups {

// The numbers are those of CurrentRecord.
enum class MemberState : std::int8_t {
    Stable = 0,
    UnrevokedPartitions = 1,
    UnreleasedPartitions = 2,
};

enum class ConsumerState : std::uint8_t { Empty, Assigning, Reconciling, Stable };

// As ConsumerGroupDescribe and ListGroups spell it.
std::string_view name_of(ConsumerState state);

struct OwnedPartition {
    PartitionIndex partition;
    MemberEpoch since{0};  // the member epoch at which it was given

    bool operator==(const OwnedPartition&) const = default;
};
// In order, each once; no topic without partitions.
using OwnedPartitions = std::map<Uuid, std::vector<OwnedPartition>>;

inline constexpr MemberEpoch kJoining{0};
inline constexpr MemberEpoch kLeaving{-1};
inline constexpr MemberEpoch kLeavingForAWhile{-2};  // static members only

struct CurrentAssignment {
    MemberEpoch epoch{0};
    MemberEpoch previous_epoch{0};
    MemberState state = MemberState::Stable;
    OwnedPartitions assigned{};
    OwnedPartitions revoking{};  // told to give up, and not yet known to have done so

    bool operator==(const CurrentAssignment&) const = default;
};

struct ConsumerMember {
    ConsumerGroupMemberMetadataValue said{};  // about itself
    CurrentAssignment current{};

    // A member that came with JoinGroup (online migration).
    bool speaks_classic() const { return said.classic_member_metadata.has_value(); }
    std::string_view regex() const {
        return said.subscribed_topic_regex ? std::string_view(*said.subscribed_topic_regex) : "";
    }
    bool operator==(const ConsumerMember&) const = default;
};

// How many members have each partition: one or none, but for logs that compaction has shortened.
class PartitionOwners {
  public:
    bool is_free(const Uuid& topic, PartitionIndex partition) const;
    void add(const CurrentAssignment& assignment) { change(assignment, 1); }
    void remove(const CurrentAssignment& assignment) { change(assignment, -1); }
    // Two members have it: never, if all is well.
    bool any_shared() const;

  private:
    void change(const CurrentAssignment& assignment, int by);

    std::map<Uuid, std::vector<std::int16_t>> counts_;
};

struct ConsumerGroup {
    using Members = std::map<std::string, ConsumerMember, std::less<>>;
    using Topics = std::set<std::string, std::less<>>;

    std::string id{};
    GroupEpoch epoch{1};
    std::int64_t metadata_hash = 0;  // of the subscribed topics, as of `epoch`
    AssignmentEpoch assignment_epoch{1};
    TimestampMs assignment_timestamp{0};
    Members members{};
    std::map<std::string, TopicPartitions, std::less<>> target{};  // by member id
    // What regular expressions stand for.
    std::map<std::string, ConsumerGroupRegularExpressionValue, std::less<>> regexes{};

    // --- follow from the above
    std::map<std::string, std::string, std::less<>> static_members{};  // instance id -> member id
    PartitionOwners owners{};

    ConsumerState state() const;
    bool is_reconciled(const ConsumerMember& member) const;
    const ConsumerMember* find(std::string_view member_id) const;
    // The id of the static member; null when there is none.
    const std::string* find_static(std::string_view instance_id) const;
    const TopicPartitions& target_of(std::string_view member_id) const;

    // Names and what regular expressions stand for; the topics need not exist.
    Topics topics_of(const ConsumerMember& member) const;
    Topics subscribed_topics() const;
    bool is_subscribed_to(std::string_view topic) const;
    // How many members subscribe to this regular expression.
    std::size_t count_regex(std::string_view regex) const;
    bool all_speak_classic() const;

    bool operator==(const ConsumerGroup& other) const;
};

// Replay: the only code that changes a group.
void replay(ConsumerGroup& group, const MemberRecord& record);
void replay(ConsumerGroup& group, const ConsumerGroupRecord& record);
void replay(ConsumerGroup& group, const TargetEpochRecord& record);
void replay(ConsumerGroup& group, const TargetRecord& record);
void replay(ConsumerGroup& group, const CurrentRecord& record);
void replay(ConsumerGroup& group, const RegexRecord& record);
// Records of another kind are ignored.
void replay(ConsumerGroup& group, const Record& record);

// --- the records of a decision

MemberRecord member_record(const ConsumerGroup& group, const std::string& member_id,
                           ConsumerGroupMemberMetadataValue said);
ConsumerGroupRecord group_record(const ConsumerGroup& group, GroupEpoch epoch, std::int64_t hash);
TargetRecord target_record(const ConsumerGroup& group, const std::string& member_id,
                           const TopicPartitions& target);
TargetEpochRecord target_epoch_record(const ConsumerGroup& group, AssignmentEpoch epoch,
                                      TimestampMs timestamp);
CurrentRecord current_record(const ConsumerGroup& group, const std::string& member_id,
                             const CurrentAssignment& current);
// Tombstones for all that is known of a member, and of a group.
Records member_tombstones(const ConsumerGroup& group, const std::string& member_id);
Records group_tombstones(const ConsumerGroup& group);

}  // namespace kafka::groups
