#include "simulated_consumer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kafka::groups {

ConsumerGroupHeartbeatRequest SimulatedConsumer::request() {
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_id_;
    request.member_id = member_id_;
    request.member_epoch = epoch_;
    if (static_) request.instance_id = name_;
    if (says_all_ || epoch_ == kJoining) {
        request.rebalance_timeout_ms = 20'000;
        request.subscribed_topic_names = topics_;
        request.subscribed_topic_regex = regex_;
    }
    if (says_all_ || says_owned_ || epoch_ == kJoining) {
        request.topic_partitions.emplace();
        for (const auto& [topic, partitions] : owned_) {
            request.topic_partitions->push_back({topic, partitions});
        }
    }
    return request;
}

void SimulatedConsumer::step(std::mt19937_64& random, bool answers_get_lost) {
    if (!alive_) return;
    // The client knows by itself that its session must be over.
    const std::int64_t silence = world_.now().steady - last_answer_;
    if (epoch_ > kJoining && silence >= world_.metadata().settings.session_timeout_ms) abandon();
    if (told_ && random() % 2 == 0) {
        owned_ = *std::exchange(told_, std::nullopt);
        says_owned_ = true;
        return;
    }
    if (epoch_ == kJoining && member_id_.empty()) {
        member_id_ = name_ + "-" + std::to_string(++lives_);
    }
    const ConsumerGroupHeartbeatRequest asked = request();
    const ConsumerHeartbeat heartbeat{asked, 1, name_, "/10.0.0.1", ""};
    const auto response =
        world_.apply(world_.coordinator().consumer_heartbeat(heartbeat, world_.context()));
    if (answers_get_lost && random() % 16 == 0) {
        says_all_ = true;  // it asks again, and says everything
        return;
    }
    receive(response);
}

void SimulatedConsumer::receive(const ConsumerGroupHeartbeatResponse& response) {
    switch (response.error_code) {
        case ErrorCode::NONE:
            break;
        case ErrorCode::FENCED_MEMBER_EPOCH:
        case ErrorCode::UNKNOWN_MEMBER_ID:
        case ErrorCode::GROUP_ID_NOT_FOUND:
        case ErrorCode::UNRELEASED_INSTANCE_ID:
            return abandon();
        default:
            ADD_FAILURE() << name_ << ": " << error_name(response.error_code);
            return abandon();
    }
    EXPECT_GE(response.member_epoch, epoch_) << "a member's epoch only grows";
    last_answer_ = world_.now().steady;
    epoch_ = response.member_epoch;
    says_all_ = false;
    says_owned_ = false;
    if (!response.assignment) return;
    TopicPartitions& told = told_.emplace();
    for (const auto& topic : response.assignment->topic_partitions) {
        told[topic.topic_id] = topic.partitions;
    }
}

void SimulatedConsumer::abandon() {
    owned_.clear();
    told_.reset();
    epoch_ = kJoining;
    says_all_ = true;
}

void SimulatedConsumer::subscribe(std::vector<std::string> topics, std::string regex) {
    topics_ = std::move(topics);
    regex_ = std::move(regex);
    says_all_ = true;
}

void SimulatedConsumer::leave() {
    if (!is_in()) return;
    ConsumerGroupHeartbeatRequest request;
    request.group_id = group_id_;
    request.member_id = member_id_;
    request.member_epoch = static_ ? kLeavingForAWhile : kLeaving;
    if (static_) request.instance_id = name_;
    const ConsumerHeartbeat heartbeat{request, 1, name_, "/10.0.0.1", ""};
    world_.apply(world_.coordinator().consumer_heartbeat(heartbeat, world_.context()));
    crash();
}

void SimulatedConsumer::crash() {
    abandon();
    alive_ = false;
    member_id_.clear();
}

}  // namespace kafka::groups
