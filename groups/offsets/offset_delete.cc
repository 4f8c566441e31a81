// OffsetDelete: an administrator makes a group forget where it was, in topics that it does not
// read.
#include <algorithm>

#include "groups/offsets/offsets.h"

namespace kafka::groups {

OffsetCommitRecord offset_tombstone(std::string group, std::string topic,
                                    PartitionIndex partition) {
    return {{std::move(group), std::move(topic), partition}, std::nullopt};
}

Answered<OffsetDeleteResponse> on_offset_delete(const Group* group,
                                                const PendingTransactions& pending,
                                                const OffsetDeleteRequest& request) {
    Answered<OffsetDeleteResponse> answer;
    if (!group) {
        answer.response.error_code = ErrorCode::GROUP_ID_NOT_FOUND;
        return answer;
    }
    // Of consumers we know what they read. Of others' members we do not.
    const bool reads_topics = group->consumer || group->classic.uses_consumer_protocol();
    if (!group->is_empty() && !reads_topics) {
        answer.response.error_code = ErrorCode::NON_EMPTY_GROUP;
        return answer;
    }
    for (const auto& topic : request.topics) {
        const ErrorCode error = group->is_subscribed_to(topic.name)
                                    ? ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
                                    : ErrorCode::NONE;
        auto& answered = answer.response.topics.emplace_back();
        answered.name = topic.name;
        for (const auto& partition : topic.partitions) {
            const PartitionIndex index = partition.partition_index;
            answered.partitions.push_back({index, error});
            if (error != ErrorCode::NONE) continue;
            if (group->offsets.find(topic.name, index) ||
                pending.contains(request.group_id, topic.name, index)) {
                answer.effects.records.push_back(
                    offset_tombstone(request.group_id, topic.name, index));
            }
        }
    }
    return answer;
}

Records forget_all_offsets(const std::string& id, const Group& group,
                           const PendingTransactions& pending) {
    auto partitions = pending.partitions_of(id);
    for (const auto& [topic, committed] : group.offsets.topics()) {
        for (const auto& each : committed) partitions.emplace_back(topic, each.partition);
    }
    std::ranges::sort(partitions);
    partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());

    Records records;
    records.reserve(partitions.size());
    for (auto& [topic, partition] : partitions) {
        records.push_back(offset_tombstone(id, std::move(topic), partition));
    }
    return records;
}

Records forget_topic(const std::string& id, const Group& group, const PendingTransactions& pending,
                     std::string_view topic) {
    Records records = forget_all_offsets(id, group, pending);
    std::erase_if(records, [&](const Record& record) {
        return std::get<OffsetCommitRecord>(record).key.topic != topic;
    });
    return records;
}

}  // namespace kafka::groups
