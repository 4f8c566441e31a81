// Members of a consumer group join, leave, crash, dawdle and change their minds, topics come and
// grow, answers get lost and the broker restarts, at random from a seed. After each step what must
// hold is checked; at the end, when all is quiet, everything must be read by somebody, evenly.
// SIMULATION_SEEDS=1000 runs more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "simulated_consumer.h"

namespace kafka::groups {
namespace {

struct Size {
    int members;
    int partitions;
    int steps;
};

class Simulation {
  public:
    Simulation(std::uint64_t seed, Size size) : random_(seed), partitions_(size.partitions) {
        world_.metadata().put_topic("orders", size.partitions);
        world_.metadata().put_topic("users", 3);
        world_.metadata().settings.assignment_interval_ms = seed % 3 == 0 ? 1'000 : 0;
        for (int i = 0; i < size.members; ++i) {
            members_.push_back(std::make_unique<SimulatedConsumer>(
                world_, "billing", std::string("m").append(std::to_string(i)), random_() % 4 == 0));
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            disturb();
            check();
            if (i % 256 == 0) {
                EXPECT_TRUE(world_.replayed_state_is_live_state());
            }
            if (testing::Test::HasFailure()) return;
        }
        settle();
    }

  private:
    SimulatedConsumer& somebody() { return *members_[random_() % members_.size()]; }

    void disturb() {
        switch (random_() % 64) {
            case 0:
                return somebody().crash();
            case 1:
                return somebody().leave();
            case 2:
            case 3:
            case 4:
                return somebody().come_back();
            case 5:
                return restart();
            case 6:
                return world_.advance(static_cast<std::int64_t>(random_() % 25'000));
            case 7:
                return change_topics();
            case 8:
                return change_mind(somebody());
            default:
                somebody().step(random_, true);
                world_.advance(static_cast<std::int64_t>(random_() % 20));
        }
    }

    void restart() {
        EXPECT_TRUE(world_.replayed_state_is_live_state());
        world_.restart();
    }

    void change_topics() {
        if (random_() % 4 == 0) {
            world_.metadata().put_topic("users", static_cast<std::int32_t>(3 + random_() % 3));
        } else if (partitions_ < 1'100) {
            world_.metadata().put_topic("orders", ++partitions_);
        }
    }

    void change_mind(SimulatedConsumer& member) {
        switch (random_() % 4) {
            case 0:
                return member.subscribe({"orders", "users"}, "");
            case 1:
                return member.subscribe({}, "u.*");
            case 2:
                return member.subscribe({"users"}, "ord.*");
            default:
                return member.subscribe({"orders"}, "");
        }
    }

    void check() {
        world_.take_written();
        EXPECT_GE(world_.coordinator().next_deadline(), world_.now().steady);
        const Group* found = world_.coordinator().find("billing");
        if (!found || !found->consumer) return;
        const ConsumerGroup& group = *found->consumer;
        EXPECT_FALSE(group.owners.any_shared()) << "two have one partition";
        EXPECT_GE(group.epoch, epoch_) << "a group's epoch only grows";
        EXPECT_LE(group.assignment_epoch.value, group.epoch.value);
        epoch_ = group.epoch;
        for (const auto& [id, member] : group.members) {
            EXPECT_LE(member.current.epoch.value, group.assignment_epoch.value) << id;
        }
        for (const auto& [instance, id] : group.static_members) {
            EXPECT_EQ(group.members.at(id).said.instance_id, instance);
        }
        for (const auto& member : members_) check_owned(group, *member);
    }

    // What a client reads, the coordinator knows to be its own.
    static void check_owned(const ConsumerGroup& group, const SimulatedConsumer& client) {
        const ConsumerMember* member = group.find(client.member_id());
        if (!client.is_in() || !member) return;
        for (const auto& [topic, partitions] : client.owned()) {
            for (const PartitionIndex partition : partitions) {
                const auto has = [&, &id = topic](const OwnedPartitions& set) {
                    const auto at = set.find(id);
                    return at != set.end() && std::ranges::count(at->second, partition,
                                                                 &OwnedPartition::partition) > 0;
                };
                EXPECT_TRUE(has(member->current.assigned) || has(member->current.revoking))
                    << client.member_id() << " reads " << partition.value;
            }
        }
    }

    // Everybody wants the same and behaves: the group must come to rest.
    void settle() {
        for (auto& member : members_) {
            if (member->is_alive()) member->subscribe({"orders"}, "");
        }
        for (int i = 0; i < 40; ++i) {
            for (auto& member : members_) member->step(random_, false);
            world_.advance(2'000);
        }
        check();
        EXPECT_TRUE(world_.replayed_state_is_live_state());
        std::vector<std::size_t> loads;
        for (auto& member : members_) {
            if (!member->is_alive()) continue;
            EXPECT_TRUE(member->is_in());
            loads.push_back(count(member->owned()));
        }
        const Group* found = world_.coordinator().find("billing");
        if (loads.empty() || !found || !found->consumer) return;
        EXPECT_EQ(found->consumer->state(), ConsumerState::Stable);
        EXPECT_EQ(found->consumer->members.size(), loads.size());
        std::size_t total = 0;
        for (const std::size_t load : loads) total += load;
        EXPECT_EQ(total, static_cast<std::size_t>(partitions_));
        EXPECT_LE(std::ranges::max(loads) - std::ranges::min(loads), 1U);
    }

    std::mt19937_64 random_;
    GroupWorld world_;
    std::int32_t partitions_;
    std::vector<std::unique_ptr<SimulatedConsumer>> members_;
    GroupEpoch epoch_{0};
};

void simulate(std::uint64_t default_seeds, Size size) {
    const char* wanted = std::getenv("SIMULATION_SEEDS");
    const std::uint64_t seeds = wanted ? std::strtoull(wanted, nullptr, 10) : default_seeds;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SCOPED_TRACE(seed);
        Simulation(seed, size).run(size.steps);
        if (testing::Test::HasFailure()) break;
    }
}

TEST(ConsumerSimulation, NoPartitionIsEverWithTwo) {
    simulate(20, {.members = 8, .partitions = 12, .steps = 3'000});
}

TEST(ConsumerSimulation, HundredsOfMembersShareAThousandPartitions) {
    simulate(2, {.members = 250, .partitions = 1'000, .steps = 4'000});
}

}  // namespace
}  // namespace kafka::groups
