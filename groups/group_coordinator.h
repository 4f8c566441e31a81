// All groups of one partition of `__consumer_offsets`: finds the group of a request, lets the
// decision of its protocol be made, and keeps the deadlines. A pure state machine: whoever owns it
// writes the records of each Effects to the log, calls replay() with them, and sends the replies
// when they are committed. On loading, replay() and loaded() make the same state again.
//
// Lives on the shard that owns the partition.
#pragma once

#include <functional>
#include <map>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "groups/consumer/events.h"
#include "groups/group.h"
#include "groups/offsets/offsets.h"
#include "groups/offsets/pending_transactions.h"
#include "protocol/gen/describe_groups.h"
#include "protocol/gen/leave_group.h"
#include "protocol/gen/list_groups.h"

namespace kafka::groups {

class GroupCoordinator {
  public:
    // What coordinator::Runtime calls them.
    using Record = groups::Record;
    using Effects = groups::Effects;
    using Reply = groups::Reply;
    using Context = groups::Context;
    static RecordBytes encode(const Record& record) { return groups::encode(record); }
    static Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value) {
        return groups::decode(key, value);
    }

    // --- membership. A classic member may be in a consumer group, and comes into one, by these
    // too.
    Effects join_group(const ClassicJoin& join, const Context& context);
    Effects sync_group(const SyncGroupRequest& request, Token token, const Context& context);
    HeartbeatResponse heartbeat(const HeartbeatRequest& request, const Context& context);
    // Before version 3 there is one member, in a field of its own.
    Answered<LeaveGroupResponse> leave_group(const LeaveGroupRequest& request, std::int16_t version,
                                             const Context& context);

    Answered<ConsumerGroupHeartbeatResponse> consumer_heartbeat(const ConsumerHeartbeat& heartbeat,
                                                                const Context& context);

    // --- offsets
    Answered<OffsetCommitResponse> offset_commit(const OffsetCommitRequest& request,
                                                 std::int16_t version, const Context& context);
    Answered<TxnOffsetCommitResponse> txn_offset_commit(const TxnOffsetCommitRequest& request,
                                                        const Context& context);
    OffsetFetchResponse::Group offset_fetch(const OffsetFetchRequest::Group& request,
                                            bool require_stable) const;
    Answered<OffsetDeleteResponse> offset_delete(const OffsetDeleteRequest& request) const;

    // --- administration
    DescribeGroupsResponse::Group describe_group(const std::string& id, std::int16_t version) const;
    ConsumerGroupDescribeResponse::Group describe_consumer_group(const std::string& id,
                                                                 const Context& context) const;
    // Appends the groups that pass the filters; an empty filter lets everything pass.
    void list_groups(const ListGroupsRequest& filters,
                     std::vector<ListGroupsResponse::Group>& out) const;
    // NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND or NONE.
    Answered<ErrorCode> delete_group(const std::string& id) const;
    Effects topics_deleted(std::span<const std::string> topics) const;

    // --- replay
    // `producer`: the record belongs to a transaction. `at`: its offset in the log.
    void replay(const Record& record, Offset at, const std::optional<Producer>& producer);
    // A marker: what the transaction wrote becomes visible, or is forgotten.
    void end_transaction(ProducerId producer, bool committed);
    // Once, after the log was replayed.
    Effects loaded(const Context& context);

    // --- time
    SteadyMs next_deadline() const;
    // One group, or one step of the retention check, that is due. To be called until the next
    // deadline lies in the future.
    Effects on_time(const Context& context);

    std::size_t size() const { return groups_.size(); }
    const Group* find(std::string_view id) const;
    // The same groups and offsets survive: everything that a replay of the log would give.
    bool same_hard_state(const GroupCoordinator& other) const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Groups = std::unordered_map<std::string, Group, Hash, std::equal_to<>>;
    using Wake = std::pair<SteadyMs, std::string>;

    Group* lookup(std::string_view id);
    Group& find_or_create(const std::string& id);
    ConsumerGroup& find_or_create_consumer(const std::string& id);
    Effects join_consumer_group(Group& group, const ClassicJoin& join, const Context& context);
    Answered<ConsumerGroupHeartbeatResponse> enter_consumer_group(
        const ConsumerHeartbeat& heartbeat, const Context& context);
    void replay(const GroupMetadataRecord& record, Offset at, const std::optional<Producer>&);
    void replay(const OffsetCommitRecord& record, Offset at,
                const std::optional<Producer>& producer);
    void replay(const ConsumerGroupRecord& record, Offset at, const std::optional<Producer>&);
    template <class OfMember>
    void replay(const OfMember& record, Offset at, const std::optional<Producer>&);
    void forget_if_nothing_is_left(const std::string& id);
    void schedule(Group& group);
    Effects check_retention(const Context& context);

    Groups groups_;
    PendingTransactions pending_;
    // Earliest first. A group is in here once for `scheduled_at`; older entries are ignored.
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
    SteadyMs next_retention_check_ = kNever;
    std::vector<std::string> retention_todo_;  // groups that the check has yet to look at
};

}  // namespace kafka::groups
