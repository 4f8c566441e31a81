#include "groups/group_coordinator.h"

#include <algorithm>

namespace kafka::groups {

Group* GroupCoordinator::lookup(std::string_view id) {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : &found->second;
}

const Group* GroupCoordinator::find(std::string_view id) const {
    const auto found = groups_.find(id);
    return found == groups_.end() ? nullptr : &found->second;
}

Group& GroupCoordinator::find_or_create(const std::string& id) {
    Group& group = groups_[id];
    group.classic.id = id;
    return group;
}

ConsumerGroup& GroupCoordinator::find_or_create_consumer(const std::string& id) {
    Group& group = find_or_create(id);
    if (!group.consumer) group.consumer = std::make_unique<ConsumerGroup>(ConsumerGroup{.id = id});
    return *group.consumer;
}

void GroupCoordinator::forget_if_nothing_is_left(const std::string& id) {
    const Group* group = find(id);
    if (group->is_unused()) groups_.erase(id);
}

Answered<OffsetCommitResponse> GroupCoordinator::offset_commit(const OffsetCommitRequest& request,
                                                               std::int16_t version,
                                                               const Context& context) {
    return on_offset_commit(lookup(request.group_id), request, version, context);
}

Answered<TxnOffsetCommitResponse> GroupCoordinator::txn_offset_commit(
    const TxnOffsetCommitRequest& request, const Context& context) {
    // A group that only has offsets of open transactions exists all the same, without members.
    static const Group kWithoutMembers;
    const Group* group = find(request.group_id);
    if (!group && pending_.contains(request.group_id)) group = &kWithoutMembers;
    return on_txn_offset_commit(group, request, context);
}

OffsetFetchResponse::Group GroupCoordinator::offset_fetch(const OffsetFetchRequest::Group& request,
                                                          bool require_stable) const {
    return on_offset_fetch(find(request.group_id), pending_, request, require_stable);
}

Answered<OffsetDeleteResponse> GroupCoordinator::offset_delete(
    const OffsetDeleteRequest& request) const {
    return on_offset_delete(find(request.group_id), pending_, request);
}

Effects GroupCoordinator::topics_deleted(std::span<const std::string> topics) const {
    Effects effects;
    for (const auto& [id, group] : groups_) {
        for (const std::string& topic : topics) {
            std::ranges::move(forget_topic(id, group, pending_, topic),
                              std::back_inserter(effects.records));
        }
    }
    return effects;
}

}  // namespace kafka::groups
