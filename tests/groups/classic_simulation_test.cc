// Members of a classic group join, leave, crash, dawdle and come back, and the broker restarts, at
// random from a seed. After each step, what must hold is checked; at the end, when all is quiet,
// everybody who lives must be in the group. SIMULATION_SEEDS=1000 runs more of them.
#include <gtest/gtest.h>

#include <cstdlib>

#include "simulated_member.h"

namespace kafka::groups {
namespace {

class Simulation {
  public:
    explicit Simulation(std::uint64_t seed) : random_(seed) {
        group_.id = "billing";
        world_.config().initial_rebalance_delay_ms = seed % 3 == 0 ? 3'000 : 0;
        for (int i = 0; i < 12; ++i) {
            const bool is_static = random_() % 3 == 0;
            const std::int16_t version = random_() % 2 == 0 ? 9 : is_static ? 7 : 3;
            members_.push_back(std::make_unique<SimulatedMember>(
                world_, group_, std::string("m").append(std::to_string(i)), is_static, version));
            members_.back()->crash();
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            disturb();
            if (i % 64 == 0) {
                EXPECT_TRUE(world_.replayed_state_is_live_state());
            }
            if (testing::Test::HasFailure()) return;
        }
        settle();
    }

  private:
    SimulatedMember& somebody() { return *members_[random_() % members_.size()]; }

    void disturb() {
        switch (random_() % 40) {
            case 0:
                somebody().crash();
                break;
            case 1:
                somebody().leave();
                break;
            case 2:
            case 3:
                somebody().come_back();
                break;
            case 4:
                restart();
                break;
            case 5:
                world_.advance(static_cast<std::int64_t>(random_() % 12'000));
                break;
            default:
                somebody().step(random_);
                world_.advance(static_cast<std::int64_t>(random_() % 300));
        }
        deliver();
        check();
    }

    void restart() {
        EXPECT_TRUE(world_.replayed_state_is_live_state());
        world_.take_replies();
        world_.restart();
        for (auto& member : members_) member->connection_lost();
    }

    void deliver() {
        for (const Record& record : world_.take_written()) {
            const auto* group = std::get_if<GroupMetadataRecord>(&record);
            if (!group || !group->value) continue;
            auto& given = group_.assigned[group->value->generation.value];
            given.clear();
            for (const auto& member : group->value->members) {
                given[member.member_id] = member.assignment;
            }
        }
        for (const Reply& reply : world_.take_replies()) {
            // A request is answered once, and whoever crashed does not hear it.
            EXPECT_TRUE(answered_.insert(reply.to.value).second);
            for (auto& member : members_) {
                if (member->waits_for(reply.to)) member->receive(reply.response);
            }
        }
    }

    void check() {
        const Group* group = world_.coordinator().find(group_.id);
        if (!group) return;
        const ClassicGroup& classic = group->classic;
        EXPECT_GE(world_.coordinator().next_deadline(), world_.now().steady);
        // While a rebalance is being prepared, there may be only ids that are not used yet.
        if (classic.state != ClassicState::PreparingRebalance) {
            EXPECT_EQ(classic.is_empty(), classic.members.empty());
        }
        EXPECT_EQ(classic.leader.has_value(), !classic.members.empty());
        for (const auto& [instance, id] : classic.static_members) {
            EXPECT_EQ(classic.members.at(id).instance_id, instance);
        }
        for (const auto& [partition, offset] : group_.committed) {
            if (offset == 0) continue;
            const auto* kept = group->offsets.find("orders", PartitionIndex{partition});
            ASSERT_TRUE(kept);
            EXPECT_EQ(kept->offset.value, offset);
        }
        if (classic.state != ClassicState::Stable) return;
        ASSERT_TRUE(group->stored);
        EXPECT_EQ(group->stored->generation, classic.generation);
        EXPECT_EQ(group->stored->members.size(), classic.members.size());
        check_ownership(*group->stored);
    }

    void check_ownership(const GroupMetadataValue& stored) {
        std::set<std::uint8_t> owned;
        for (const auto& member : stored.members) {
            for (const std::uint8_t partition : member.assignment) {
                EXPECT_TRUE(owned.insert(partition).second) << "two own one partition";
            }
        }
        EXPECT_EQ(owned.size(), static_cast<std::size_t>(group_.partition_count));
    }

    // Everybody behaves: the group must come to rest with all who live.
    void settle() {
        for (int i = 0; i < 400; ++i) {
            for (auto& member : members_) {
                member->step(random_);
                deliver();
            }
            world_.advance(500);
            deliver();
        }
        std::size_t alive = 0;
        for (auto& member : members_) {
            if (member->crashed()) continue;
            ++alive;
            EXPECT_EQ(member->phase(), SimulatedMember::Phase::InGroup);
        }
        const Group* group = world_.coordinator().find(group_.id);
        if (alive == 0 || !group) return;
        EXPECT_EQ(group->classic.state, ClassicState::Stable);
        EXPECT_EQ(group->classic.members.size(), alive);
    }

    std::mt19937_64 random_;
    GroupWorld world_;
    SimulatedGroup group_;
    std::vector<std::unique_ptr<SimulatedMember>> members_;
    std::set<std::uint64_t> answered_;
};

TEST(ClassicSimulation, GroupsSurviveWhatMembersAndBrokersDo) {
    const char* wanted = std::getenv("SIMULATION_SEEDS");
    const std::uint64_t seeds = wanted ? std::strtoull(wanted, nullptr, 10) : 20;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SCOPED_TRACE(seed);
        Simulation(seed).run(2'000);
        if (HasFailure()) break;
    }
}

}  // namespace
}  // namespace kafka::groups
