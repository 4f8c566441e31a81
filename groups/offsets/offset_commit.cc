// OffsetCommit and TxnOffsetCommit: a group notes how far it has read.
#include "groups/classic/rebalance.h"
#include "groups/consumer/events.h"
#include "groups/offsets/offsets.h"

namespace kafka::groups {
namespace {

// Kafka counts UTF-16 units, so that a text beyond ASCII may be longer in bytes.
std::size_t utf16_length(std::string_view utf8) {
    std::size_t units = 0;
    for (const char c : utf8) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xc0) == 0x80) continue;  // continues a character
        units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
}

bool too_large(const std::optional<std::string>& metadata, const GroupConfig& config) {
    const auto limit = static_cast<std::size_t>(std::max(config.offset_metadata_max_bytes, 0));
    return metadata && metadata->size() > limit && utf16_length(*metadata) > limit;
}

ErrorCode check_without_group(std::int32_t generation, std::int16_t version) {
    if (generation < 0) return ErrorCode::NONE;
    return version >= 9 ? ErrorCode::GROUP_ID_NOT_FOUND : ErrorCode::ILLEGAL_GENERATION;
}

ErrorCode check(const Group* group, const OffsetCommitRequest& request, std::int16_t version) {
    if (!group) return check_without_group(request.generation_id_or_member_epoch, version);
    if (group->consumer) {
        return check_commit(*group->consumer, request.member_id,
                            MemberEpoch{request.generation_id_or_member_epoch}, version);
    }
    return check_commit(group->classic, request.member_id, request.group_instance_id,
                        request.generation_id_or_member_epoch, false);
}

ErrorCode check(const Group* group, const TxnOffsetCommitRequest& request) {
    if (!group) {
        return request.generation_id.value < 0 ? ErrorCode::NONE : ErrorCode::ILLEGAL_GENERATION;
    }
    if (group->consumer) {
        return check_transactional_commit(*group->consumer, request.member_id,
                                          MemberEpoch{request.generation_id.value});
    }
    return check_commit(group->classic, request.member_id, request.group_instance_id,
                        request.generation_id.value, true);
}

void keep_alive(ClassicGroup& group, const std::string& member_id, const Context& context) {
    const bool commits_extend =
        group.state == ClassicState::Stable || group.state == ClassicState::PreparingRebalance;
    ClassicMember* member = group.find(member_id);
    if (commits_extend && member) extend_session(group, *member, context);
}

MemberEpoch epoch_in(const OffsetCommitRequest& request) {
    return {request.generation_id_or_member_epoch};
}
MemberEpoch epoch_in(const TxnOffsetCommitRequest& request) {
    return {request.generation_id.value};
}

// What holds for the commit as a whole may be other for a partition that its member still has.
template <class Request, class Topic>
ErrorCode check_partition(const Group* group, const Request& request, const Topic& topic,
                          PartitionIndex partition, ErrorCode error, const Context& context) {
    if (error != ErrorCode::STALE_MEMBER_EPOCH) return error;
    CommittedPartition committed{.topic = topic.name, .partition = partition};
    if constexpr (requires { topic.topic_id; }) committed.topic_id = topic.topic_id;
    return check_stale_commit(*group->consumer, request.member_id, epoch_in(request), committed,
                              context.metadata);
}

// Both requests have the same shape: a response like the request, a record for each good partition.
template <class Response, class Request>
Answered<Response> commit(const Group* group, const Request& request, ErrorCode error,
                          const OffsetCommitValue& common, const Context& context) {
    Answered<Response> answer;
    for (const auto& topic : request.topics) {
        auto& answered = answer.response.topics.emplace_back();
        answered.name = topic.name;
        if constexpr (requires { topic.topic_id; }) answered.topic_id = topic.topic_id;
        for (const auto& partition : topic.partitions) {
            ErrorCode code =
                check_partition(group, request, topic, partition.partition_index, error, context);
            if (code == ErrorCode::NONE &&
                too_large(partition.committed_metadata, context.config)) {
                code = ErrorCode::OFFSET_METADATA_TOO_LARGE;
            }
            answered.partitions.push_back({partition.partition_index, code});
            if (code != ErrorCode::NONE) continue;

            OffsetCommitValue value = common;
            value.offset = partition.committed_offset;
            value.leader_epoch = partition.committed_leader_epoch;
            value.metadata = partition.committed_metadata.value_or("");
            if constexpr (requires { topic.topic_id; }) value.topic_id = topic.topic_id;
            answer.effects.records.push_back(OffsetCommitRecord{
                {request.group_id, topic.name, partition.partition_index}, std::move(value)});
        }
    }
    return answer;
}

}  // namespace

Answered<OffsetCommitResponse> on_offset_commit(Group* group, const OffsetCommitRequest& request,
                                                std::int16_t version, const Context& context) {
    const ErrorCode error = check(group, request, version);
    if (error == ErrorCode::NONE && group) keep_alive(group->classic, request.member_id, context);

    OffsetCommitValue common;
    common.commit_timestamp = context.now.wall;
    if (request.retention_time_ms != -1) {
        common.expire_timestamp = context.now.wall + request.retention_time_ms;
    }
    return commit<OffsetCommitResponse>(group, request, error, common, context);
}

Answered<TxnOffsetCommitResponse> on_txn_offset_commit(const Group* group,
                                                       const TxnOffsetCommitRequest& request,
                                                       const Context& context) {
    OffsetCommitValue common;
    common.commit_timestamp = context.now.wall;
    auto answer =
        commit<TxnOffsetCommitResponse>(group, request, check(group, request), common, context);
    answer.effects.producer = Producer{request.producer_id, request.producer_epoch};
    return answer;
}

}  // namespace kafka::groups
