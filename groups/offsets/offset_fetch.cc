// OffsetFetch: where does a group continue?
#include "groups/consumer/events.h"
#include "groups/offsets/offsets.h"

namespace kafka::groups {
namespace {

using Answer = OffsetFetchResponse::Group;
using Partition = Answer::Topic::Partition;

Partition nothing_committed(PartitionIndex partition, ErrorCode error = ErrorCode::NONE) {
    return {.partition_index = partition,
            .committed_offset = Offset{-1},
            .committed_leader_epoch = LeaderEpoch{-1},
            .metadata = "",
            .error_code = error};
}

Partition answer_for(const CommittedOffset& committed) {
    return {.partition_index = committed.partition,
            .committed_offset = committed.offset,
            .committed_leader_epoch = committed.leader_epoch,
            .metadata = std::string(committed.metadata()),
            .error_code = ErrorCode::NONE};
}

void fetch_all(const Group& group, const PendingTransactions& unstable, Answer& answer) {
    for (const auto& [topic, partitions] : group.offsets.topics()) {
        auto& answered = answer.topics.emplace_back();
        answered.name = topic;
        for (const CommittedOffset& each : partitions) {
            if (unstable.contains(answer.group_id, topic, each.partition)) {
                answered.partitions.push_back(
                    nothing_committed(each.partition, ErrorCode::UNSTABLE_OFFSET_COMMIT));
            } else {
                answered.partitions.push_back(answer_for(each));
            }
        }
    }
}

}  // namespace

Answer on_offset_fetch(const Group* group, const PendingTransactions& pending,
                       const OffsetFetchRequest::Group& request, bool require_stable) {
    static const PendingTransactions kNothing;
    const PendingTransactions& unstable = require_stable ? pending : kNothing;
    Answer answer;
    answer.group_id = request.group_id;
    if (group && group->consumer) {
        answer.error_code = check_fetch(*group->consumer, request.member_id, request.member_epoch);
        if (answer.error_code != ErrorCode::NONE) return answer;
    }
    if (!request.topics) {
        if (group) fetch_all(*group, unstable, answer);
        return answer;
    }
    for (const auto& topic : *request.topics) {
        auto& answered = answer.topics.emplace_back();
        answered.name = topic.name;
        answered.topic_id = topic.topic_id;
        for (const PartitionIndex partition : topic.partition_indexes) {
            if (unstable.contains(request.group_id, topic.name, partition)) {
                answered.partitions.push_back(
                    nothing_committed(partition, ErrorCode::UNSTABLE_OFFSET_COMMIT));
                continue;
            }
            const CommittedOffset* found =
                group ? group->offsets.find(topic.name, partition) : nullptr;
            answered.partitions.push_back(found ? answer_for(*found)
                                                : nothing_committed(partition));
        }
    }
    return answer;
}

}  // namespace kafka::groups
