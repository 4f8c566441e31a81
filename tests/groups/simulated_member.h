// A client of a classic group in a simulation: it joins, syncs, commits and sends heartbeats as
// real ones do, and crashes, dawdles and comes back as real ones do, too.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>

#include "group_world.h"

namespace kafka::groups {

// What the members of one group know together, to hold the coordinator against.
struct SimulatedGroup {
    std::string id;
    std::int32_t partition_count = 8;
    // What is written of who got what in a generation.
    std::map<std::int32_t, std::map<std::string, Bytes>> assigned;
    // The last commit that was accepted.
    std::map<std::int32_t, std::int64_t> committed;
};

class SimulatedMember {
  public:
    enum class Phase { Out, Joining, Syncing, InGroup };

    SimulatedMember(GroupWorld& world, SimulatedGroup& group, std::string name, bool is_static,
                    std::int16_t version)
        : world_(world),
          group_(group),
          name_(std::move(name)),
          static_(is_static),
          version_(version) {}

    Phase phase() const { return phase_; }
    bool crashed() const { return crashed_; }
    bool waits_for(Token token) const { return token == waiting_for_; }
    bool is_waiting() const { return waiting_for_ != kNobody; }

    // Does what a client would do next: joins, asks again, sends a heartbeat.
    void step(std::mt19937_64& random);
    void receive(const Response& response);
    void leave();
    // The process is gone; a dynamic member comes back as somebody else.
    void crash();
    void come_back() { crashed_ = false; }
    // The broker restarted: what was asked will not be answered.
    void connection_lost();

  private:
    Token ask();
    void join();
    void sync();
    void heartbeat();
    void commit(std::mt19937_64& random);
    void react_to(ErrorCode error);
    void joined(const JoinGroupResponse& response);
    void synced(const SyncGroupResponse& response);

    GroupWorld& world_;
    SimulatedGroup& group_;
    const std::string name_;
    const bool static_;
    const std::int16_t version_;

    Phase phase_ = Phase::Out;
    bool crashed_ = false;
    std::string member_id_;
    int ids_ = 0;
    GenerationId generation_{-1};
    std::vector<JoinGroupResponse::Member> members_;  // when it leads
    bool skip_assignment_ = false;
    bool leads_ = false;
    Bytes assignment_;
    std::map<std::string, Bytes> proposed_;  // when it led
    Token waiting_for_ = kNobody;
};

}  // namespace kafka::groups
