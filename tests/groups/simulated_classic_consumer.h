// A consumer of the classic protocol in a simulation of online migration: it joins, syncs, and
// leads when it must; it neither knows nor cares whether its group is a consumer group.
#pragma once

#include <random>
#include <string>

#include "group_world.h"

namespace kafka::groups {

class SimulatedClassicConsumer {
  public:
    enum class Phase { Out, Joining, Syncing, InGroup };

    // A cooperative one keeps what it has during a rebalance.
    SimulatedClassicConsumer(GroupWorld& world, std::string group_id, std::string name,
                             bool is_static, bool cooperative)
        : world_(world),
          group_id_(std::move(group_id)),
          name_(std::move(name)),
          static_(is_static),
          cooperative_(cooperative) {}

    bool is_alive() const { return alive_; }
    bool is_in() const { return alive_ && phase_ == Phase::InGroup; }
    const std::string& member_id() const { return member_id_; }
    GenerationId generation() const { return generation_; }
    const TopicPartitions& owned() const { return owned_; }

    void step();
    void receive(const Reply& reply);
    void leave();
    void crash();
    void come_back() { alive_ = true; }
    // The broker restarted: what was asked will not be answered.
    void connection_lost() { waiting_for_ = kNobody; }

  private:
    Token ask();
    void join();
    void sync();
    void heartbeat();
    void react_to(ErrorCode error);
    void joined(const JoinGroupResponse& response);
    void synced(const SyncGroupResponse& response);
    std::vector<SyncGroupRequest::Assignment> assign() const;
    void abandon();

    GroupWorld& world_;
    const std::string group_id_;
    const std::string name_;
    const bool static_;
    const bool cooperative_;

    bool alive_ = false;
    Phase phase_ = Phase::Out;
    std::string member_id_;
    int lives_ = 0;
    GenerationId generation_{-1};
    TopicPartitions owned_;
    std::vector<JoinGroupResponse::Member> members_;  // when it leads
    Token waiting_for_ = kNobody;
    SteadyMs last_answer_{0};
};

}  // namespace kafka::groups
