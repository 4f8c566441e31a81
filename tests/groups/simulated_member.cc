#include "simulated_member.h"

#include <gtest/gtest.h>

namespace kafka::groups {
namespace {

constexpr std::string_view kTopic = "orders";

std::uint64_t next_token = 1;

}  // namespace

Token SimulatedMember::ask() {
    waiting_for_ = Token{next_token++};
    return waiting_for_;
}

void SimulatedMember::step(std::mt19937_64& random) {
    if (crashed_ || is_waiting()) return;
    switch (phase_) {
        case Phase::Out:
        case Phase::Joining:
            return join();
        case Phase::Syncing:
            return sync();
        case Phase::InGroup:
            return random() % 3 == 0 ? commit(random) : heartbeat();
    }
}

void SimulatedMember::join() {
    phase_ = Phase::Joining;
    JoinGroupRequest request;
    request.group_id = group_.id;
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 20'000;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    request.protocol_type = "consumer";
    request.protocols = {{"range", {}}};
    const ClassicJoin join{request, version_,    ask(),
                           name_,   "/10.0.0.1", name_ + "-" + std::to_string(++ids_)};
    world_.apply(world_.coordinator().join_group(join, world_.context()));
}

void SimulatedMember::sync() {
    SyncGroupRequest request;
    request.group_id = group_.id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    proposed_.clear();
    if (leads_ && !skip_assignment_) {
        for (std::int32_t p = 0; p < group_.partition_count; ++p) {
            const auto owner = static_cast<std::size_t>(p) % members_.size();
            proposed_[members_[owner].member_id].push_back(static_cast<std::uint8_t>(p));
        }
        for (const auto& [id, partitions] : proposed_) {
            request.assignments.push_back({id, partitions});
        }
    }
    world_.apply(world_.coordinator().sync_group(request, ask(), world_.context()));
}

void SimulatedMember::heartbeat() {
    HeartbeatRequest request;
    request.group_id = group_.id;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    react_to(world_.coordinator().heartbeat(request, world_.context()).error_code);
}

void SimulatedMember::commit(std::mt19937_64& random) {
    if (assignment_.empty()) return heartbeat();
    const std::int32_t partition = assignment_[random() % assignment_.size()];
    const std::int64_t offset = group_.committed[partition] + 1;
    OffsetCommitRequest request;
    request.group_id = group_.id;
    request.generation_id_or_member_epoch = generation_.value;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    request.topics.push_back(
        {std::string(kTopic), Uuid{}, {{PartitionIndex{partition}, Offset{offset}, {}, {}}}});
    const auto response =
        world_.apply(world_.coordinator().offset_commit(request, 9, world_.context()));
    const ErrorCode error = response.topics[0].partitions[0].error_code;
    if (error == ErrorCode::NONE) group_.committed[partition] = offset;
    react_to(error);
}

void SimulatedMember::react_to(ErrorCode error) {
    switch (error) {
        case ErrorCode::NONE:
            return;
        case ErrorCode::REBALANCE_IN_PROGRESS:
            phase_ = Phase::Joining;
            return;
        case ErrorCode::FENCED_INSTANCE_ID:
            return crash();  // another process has our name
        case ErrorCode::ILLEGAL_GENERATION:
        case ErrorCode::UNKNOWN_MEMBER_ID:
            phase_ = Phase::Out;
            if (error == ErrorCode::UNKNOWN_MEMBER_ID) member_id_.clear();
            return;
        default:
            ADD_FAILURE() << name_ << " is told " << error_name(error);
    }
}

void SimulatedMember::receive(const Response& response) {
    waiting_for_ = kNobody;
    if (const auto* join = std::get_if<JoinGroupResponse>(&response)) return joined(*join);
    synced(std::get<SyncGroupResponse>(response));
}

void SimulatedMember::joined(const JoinGroupResponse& response) {
    if (response.error_code == ErrorCode::MEMBER_ID_REQUIRED) {
        member_id_ = response.member_id;
        return;
    }
    if (response.error_code != ErrorCode::NONE) return react_to(response.error_code);
    phase_ = Phase::Syncing;
    member_id_ = response.member_id;
    generation_ = response.generation_id;
    leads_ = response.leader == member_id_;
    skip_assignment_ = response.skip_assignment;
    members_ = response.members;
    EXPECT_TRUE(!leads_ || !members_.empty()) << "a leader is told who the members are";
}

void SimulatedMember::synced(const SyncGroupResponse& response) {
    if (response.error_code != ErrorCode::NONE) return react_to(response.error_code);
    phase_ = Phase::InGroup;
    assignment_ = response.assignment;
    const auto& given = group_.assigned[generation_.value];
    EXPECT_EQ(assignment_, given.at(member_id_)) << name_ << " in " << generation_.value;
    for (const auto& [id, partitions] : proposed_) {
        if (given.contains(id)) {
            EXPECT_EQ(given.at(id), partitions);
        }
    }
    proposed_.clear();
}

void SimulatedMember::leave() {
    if (crashed_ || is_waiting() || phase_ != Phase::InGroup) return;
    LeaveGroupRequest request;
    request.group_id = group_.id;
    request.members.push_back({member_id_, std::nullopt, std::nullopt});
    world_.apply(world_.coordinator().leave_group(request, 5, world_.context()));
    crash();
}

void SimulatedMember::crash() {
    crashed_ = true;
    phase_ = Phase::Out;
    member_id_.clear();
    assignment_.clear();
    proposed_.clear();
    waiting_for_ = kNobody;
}

void SimulatedMember::connection_lost() {
    if (!is_waiting()) return;
    waiting_for_ = kNobody;
}

}  // namespace kafka::groups
