// The decisions about committed offsets. Topics and partitions have been checked against the
// metadata by the caller; what comes here exists. One file for each event.
#pragma once

#include <string>
#include <vector>

#include "groups/group.h"
#include "groups/offsets/pending_transactions.h"
#include "protocol/gen/offset_commit.h"
#include "protocol/gen/offset_delete.h"
#include "protocol/gen/offset_fetch.h"
#include "protocol/gen/txn_offset_commit.h"

namespace kafka::groups {

// `group` is null when there is none: commits from outside of any group then make one that has
// offsets only. Topics carry both name and id. A commit also keeps its member's session alive.
Answered<OffsetCommitResponse> on_offset_commit(Group* group, const OffsetCommitRequest& request,
                                                std::int16_t version, const Context& context);

// KIP-447: offsets that become visible with the transaction they are in.
Answered<TxnOffsetCommitResponse> on_txn_offset_commit(const Group* group,
                                                       const TxnOffsetCommitRequest& request,
                                                       const Context& context);

// One group of an OffsetFetch. What an open transaction may still change is
// UNSTABLE_OFFSET_COMMIT to those who `require_stable`.
OffsetFetchResponse::Group on_offset_fetch(const Group* group, const PendingTransactions& pending,
                                           const OffsetFetchRequest::Group& request,
                                           bool require_stable);

Answered<OffsetDeleteResponse> on_offset_delete(const Group* group,
                                                const PendingTransactions& pending,
                                                const OffsetDeleteRequest& request);

// Tombstones for everything that the group has committed, or is about to in a transaction.
Records forget_all_offsets(const std::string& id, const Group& group,
                           const PendingTransactions& pending);
// The same for the partitions of a topic that was deleted.
Records forget_topic(const std::string& id, const Group& group, const PendingTransactions& pending,
                     std::string_view topic);

// Tombstones for what is older than offsets.retention.minutes, by the rules of the group's state.
// When nothing is left and nobody is in the group, for the group itself, too.
Records on_retention_check(const std::string& id, const Group& group,
                           const PendingTransactions& pending, const Context& context);

OffsetCommitRecord offset_tombstone(std::string group, std::string topic, PartitionIndex partition);

}  // namespace kafka::groups
