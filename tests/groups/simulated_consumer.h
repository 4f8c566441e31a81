// A client of a consumer group in a simulation: it joins, sends heartbeats, lets partitions go when
// it is told to, and crashes, dawdles, loses answers and comes back as real ones do.
#pragma once

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "group_world.h"

namespace kafka::groups {

class SimulatedConsumer {
  public:
    SimulatedConsumer(GroupWorld& world, std::string group_id, std::string name, bool is_static)
        : world_(world),
          group_id_(std::move(group_id)),
          name_(std::move(name)),
          static_(is_static) {}

    bool is_alive() const { return alive_; }
    bool is_in() const { return alive_ && epoch_ > kJoining; }
    const std::string& member_id() const { return member_id_; }
    const TopicPartitions& owned() const { return owned_; }

    // Does what a client would do next: sends a heartbeat, or lets go and takes what it was told.
    void step(std::mt19937_64& random, bool answers_get_lost);
    void subscribe(std::vector<std::string> topics, std::string regex);
    void leave();
    void crash();
    void come_back() { alive_ = true; }

  private:
    ConsumerGroupHeartbeatRequest request();
    void receive(const ConsumerGroupHeartbeatResponse& response);
    void abandon();

    GroupWorld& world_;
    const std::string group_id_;
    const std::string name_;
    const bool static_;

    bool alive_ = false;
    std::string member_id_;
    int lives_ = 0;
    MemberEpoch epoch_ = kJoining;
    std::vector<std::string> topics_{"orders"};
    std::string regex_{};
    bool says_all_ = true;  // the last answer did not come, or it wants other topics
    bool says_owned_ = false;
    TopicPartitions owned_;
    std::optional<TopicPartitions> told_;  // and not done yet
    SteadyMs last_answer_{0};
};

}  // namespace kafka::groups
