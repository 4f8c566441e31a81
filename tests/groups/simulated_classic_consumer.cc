#include "simulated_classic_consumer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "groups/classic/consumer_protocol.h"
#include "protocol/encoder.h"

namespace kafka::groups {
namespace {

constexpr std::int32_t kSessionMs = 30'000;
std::uint64_t next_token = 1ULL << 40;

Bytes subscription(const TopicPartitions& owned) {
    ConsumerProtocolSubscription subscription;
    subscription.topics = {"orders"};
    subscription.user_data.reset();
    for (const auto& [id, partitions] : owned) {
        subscription.owned_partitions.push_back({"orders", partitions});
    }
    Encoder encoder;
    encoder.integer<std::int16_t>(1);
    encode(encoder, subscription, 1);
    return {encoder.bytes().begin(), encoder.bytes().end()};
}

}  // namespace

Token SimulatedClassicConsumer::ask() { return waiting_for_ = Token{next_token++}; }

void SimulatedClassicConsumer::step() {
    if (!alive_ || waiting_for_ != kNobody) return;
    if (phase_ == Phase::InGroup && world_.now().steady - last_answer_ >= kSessionMs) abandon();
    switch (phase_) {
        case Phase::Out:
        case Phase::Joining:
            return join();
        case Phase::Syncing:
            return sync();
        case Phase::InGroup:
            return heartbeat();
    }
}

void SimulatedClassicConsumer::join() {
    phase_ = Phase::Joining;
    if (!cooperative_) owned_.clear();
    JoinGroupRequest request;
    request.group_id = group_id_;
    request.session_timeout_ms = kSessionMs;
    request.rebalance_timeout_ms = 20'000;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    request.protocol_type = "consumer";
    request.protocols = {{"assignor", subscription(owned_)}};
    const ClassicJoin join{request, 9,           ask(),
                           name_,   "/10.0.0.1", name_ + "-" + std::to_string(++lives_)};
    world_.apply(world_.coordinator().join_group(join, world_.context()));
}

// Everybody gets his part, but nothing that another one has not let go of.
std::vector<SyncGroupRequest::Assignment> SimulatedClassicConsumer::assign() const {
    TopicInfo topic;
    if (members_.empty() || !world_.context().metadata.find_topic("orders", topic)) return {};
    std::map<PartitionIndex, std::string> owners;
    for (const auto& member : members_) {
        const auto said = read_subscription(member.metadata);
        for (const auto& [id, partitions] : owned_in(*said, world_.context().metadata)) {
            for (const PartitionIndex each : partitions) owners[each] = member.member_id;
        }
    }
    std::vector<SyncGroupRequest::Assignment> assignments;
    for (std::size_t i = 0; i < members_.size(); ++i) {
        TopicPartitions part;
        for (std::int32_t p = 0; p < topic.partition_count; ++p) {
            if (static_cast<std::size_t>(p) % members_.size() != i) continue;
            const auto owner = owners.find({p});
            if (owner != owners.end() && owner->second != members_[i].member_id) continue;
            part[topic.id].push_back({p});
        }
        const Bytes bytes = write_assignment(part, members_[i].metadata, world_.context().metadata);
        assignments.push_back({members_[i].member_id, bytes});
    }
    return assignments;
}

void SimulatedClassicConsumer::sync() {
    SyncGroupRequest request;
    request.group_id = group_id_;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    request.assignments = assign();
    world_.apply(world_.coordinator().sync_group(request, ask(), world_.context()));
}

void SimulatedClassicConsumer::heartbeat() {
    HeartbeatRequest request;
    request.group_id = group_id_;
    request.generation_id = generation_;
    request.member_id = member_id_;
    if (static_) request.group_instance_id = name_;
    react_to(world_.coordinator().heartbeat(request, world_.context()).error_code);
}

void SimulatedClassicConsumer::react_to(ErrorCode error) {
    last_answer_ = world_.now().steady;
    switch (error) {
        case ErrorCode::NONE:
            return;
        case ErrorCode::REBALANCE_IN_PROGRESS:
            phase_ = Phase::Joining;
            return;
        case ErrorCode::FENCED_INSTANCE_ID:
            return crash();
        case ErrorCode::ILLEGAL_GENERATION:
            return abandon();
        case ErrorCode::UNKNOWN_MEMBER_ID:
            abandon();
            member_id_.clear();
            return;
        default:
            ADD_FAILURE() << name_ << " is told " << error_name(error);
    }
}

void SimulatedClassicConsumer::receive(const Reply& reply) {
    if (reply.to != waiting_for_) return;
    waiting_for_ = kNobody;
    if (const auto* join = std::get_if<JoinGroupResponse>(&reply.response)) return joined(*join);
    synced(std::get<SyncGroupResponse>(reply.response));
}

void SimulatedClassicConsumer::joined(const JoinGroupResponse& response) {
    if (response.error_code == ErrorCode::MEMBER_ID_REQUIRED) {
        member_id_ = response.member_id;
        return;
    }
    react_to(response.error_code);
    if (response.error_code != ErrorCode::NONE) return;
    phase_ = Phase::Syncing;
    member_id_ = response.member_id;
    generation_ = response.generation_id;
    members_ = response.members;
}

void SimulatedClassicConsumer::synced(const SyncGroupResponse& response) {
    react_to(response.error_code);
    if (response.error_code != ErrorCode::NONE) return;
    const auto assignment = read_assignment(response.assignment);
    const TopicPartitions before = std::exchange(owned_, {});
    if (assignment) owned_ = assigned_in(*assignment, world_.context().metadata);
    phase_ = Phase::InGroup;
    // Who had to let go of something joins again, so that others can have it (KIP-429).
    for (const auto& [topic, partitions] : before) {
        const auto now = owned_.find(topic);
        for (const PartitionIndex each : partitions) {
            const bool kept = now != owned_.end() && std::ranges::binary_search(now->second, each);
            if (!kept) phase_ = Phase::Joining;
        }
    }
}

void SimulatedClassicConsumer::abandon() {
    owned_.clear();
    phase_ = Phase::Out;
}

void SimulatedClassicConsumer::leave() {
    if (!is_in() || waiting_for_ != kNobody) return;
    LeaveGroupRequest request;
    request.group_id = group_id_;
    request.members.push_back({member_id_, std::nullopt, std::nullopt});
    world_.apply(world_.coordinator().leave_group(request, 5, world_.context()));
    crash();
}

void SimulatedClassicConsumer::crash() {
    abandon();
    alive_ = false;
    member_id_.clear();
    waiting_for_ = kNobody;
}

}  // namespace kafka::groups
