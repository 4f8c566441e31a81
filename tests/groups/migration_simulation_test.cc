// Consumers of both protocols come and go in one group, so that it changes its protocol again and
// again, while members crash and the broker restarts, at random from a seed. After each step nobody
// may read what another one reads; at the end everything must be read by somebody.
// SIMULATION_SEEDS=1000 runs more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "simulated_classic_consumer.h"
#include "simulated_consumer.h"

namespace kafka::groups {
namespace {

constexpr std::int32_t kPartitions = 12;

class Simulation {
  public:
    explicit Simulation(std::uint64_t seed) : random_(seed) {
        world_.metadata().put_topic("orders", kPartitions);
        const bool cooperative = seed % 2 == 0;
        for (int i = 0; i < 5; ++i) {
            const bool is_static = random_() % 4 == 0;
            const std::string number = std::to_string(i);
            consumers_.push_back(std::make_unique<SimulatedConsumer>(
                world_, "billing", std::string("new").append(number), is_static));
            classics_.push_back(std::make_unique<SimulatedClassicConsumer>(
                world_, "billing", std::string("old").append(number), is_static, cooperative));
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps; ++i) {
            disturb();
            deliver();
            check();
            if (i % 128 == 0) {
                EXPECT_TRUE(world_.replayed_state_is_live_state());
            }
            if (testing::Test::HasFailure()) return;
        }
        settle();
    }

    // How often the group has become a consumer group, and a classic one.
    int upgrades() const { return upgrades_; }
    int downgrades() const { return downgrades_; }

  private:
    // Consumers of the consumer protocol leave more often than they come, so that the group goes
    // back now and then.
    void disturb() {
        SimulatedConsumer& consumer = *consumers_[random_() % consumers_.size()];
        SimulatedClassicConsumer& classic = *classics_[random_() % classics_.size()];
        switch (random_() % 48) {
            case 0:
                return consumer.crash();
            case 1:
                return consumer.leave();
            case 2:
                return consumer.come_back();
            case 3:
                return classic.crash();
            case 4:
                return classic.leave();
            case 5:
            case 6:
                return classic.come_back();
            case 7:
                return restart();
            case 8:
                for (auto& each : consumers_) each->leave();
                return;
            default:
                random_() % 2 == 0 ? consumer.step(random_, true) : classic.step();
                world_.advance(static_cast<std::int64_t>(random_() % 400));
        }
    }

    void restart() {
        EXPECT_TRUE(world_.replayed_state_is_live_state());
        world_.take_replies();
        world_.restart();
        for (auto& each : classics_) each->connection_lost();
    }

    void deliver() {
        for (const Reply& reply : world_.take_replies()) {
            for (auto& each : classics_) each->receive(reply);
        }
    }

    void check() {
        world_.take_written();
        EXPECT_GE(world_.coordinator().next_deadline(), world_.now().steady);
        const Group* group = world_.coordinator().find("billing");
        if (!group) return;
        EXPECT_FALSE(group->consumer && group->stored) << "a group of both protocols";
        EXPECT_TRUE(!group->consumer || group->classic.members.empty());
        const bool is_consumer = group->consumer != nullptr;
        const bool is_classic = group->stored && !group->classic.members.empty();
        if (is_consumer && was_classic_) ++upgrades_;
        if (is_classic && was_consumer_) ++downgrades_;
        was_consumer_ = is_consumer;
        was_classic_ = is_classic;
        if (is_consumer) {
            EXPECT_FALSE(group->consumer->owners.any_shared()) << "two have one partition";
        }
        check_readers(*group);
    }

    // Whoever is up to date with the coordinator reads alone.
    void check_readers(const Group& group) {
        std::set<PartitionIndex> read;
        const auto reads = [&](const std::string& who, const TopicPartitions& owned) {
            for (const auto& [topic, partitions] : owned) {
                for (const PartitionIndex each : partitions) {
                    EXPECT_TRUE(read.insert(each).second) << who << " reads " << each.value;
                }
            }
        };
        for (const auto& each : consumers_) {
            const bool in = group.consumer && group.consumer->find(each->member_id());
            if (in && each->is_in()) reads(each->member_id(), each->owned());
        }
        for (const auto& each : classics_) {
            if (!each->is_in()) continue;
            const std::string& id = each->member_id();
            const std::int32_t generation = each->generation().value;
            if (group.consumer) {
                const ConsumerMember* member = group.consumer->find(id);
                if (member && member->current.epoch.value == generation) reads(id, each->owned());
            } else if (group.classic.find(id) && group.classic.generation.value == generation) {
                reads(id, each->owned());
            }
        }
    }

    void settle() {
        for (int i = 0; i < 120; ++i) {
            for (auto& each : consumers_) each->step(random_, false);
            for (auto& each : classics_) {
                each->step();
                deliver();
            }
            world_.advance(1'000);
            deliver();
            check();
        }
        EXPECT_TRUE(world_.replayed_state_is_live_state());
        std::size_t alive = 0;
        std::size_t total = 0;
        for (auto& each : consumers_) {
            if (!each->is_alive()) continue;
            EXPECT_TRUE(each->is_in());
            ++alive;
            total += count(each->owned());
        }
        for (auto& each : classics_) {
            if (!each->is_alive()) continue;
            EXPECT_TRUE(each->is_in()) << each->member_id();
            ++alive;
            total += count(each->owned());
        }
        if (alive > 0) {
            EXPECT_EQ(total, static_cast<std::size_t>(kPartitions));
        }
    }

    std::mt19937_64 random_;
    GroupWorld world_;
    std::vector<std::unique_ptr<SimulatedConsumer>> consumers_;
    std::vector<std::unique_ptr<SimulatedClassicConsumer>> classics_;
    bool was_consumer_ = false;
    bool was_classic_ = false;
    int upgrades_ = 0;
    int downgrades_ = 0;
};

TEST(MigrationSimulation, GroupsChangeTheirProtocolUnderLoad) {
    const char* wanted = std::getenv("SIMULATION_SEEDS");
    const std::uint64_t seeds = wanted ? std::strtoull(wanted, nullptr, 10) : 20;
    int upgrades = 0;
    int downgrades = 0;
    for (std::uint64_t seed = 0; seed < seeds && !HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        Simulation simulation(seed);
        simulation.run(3'000);
        upgrades += simulation.upgrades();
        downgrades += simulation.downgrades();
    }
    EXPECT_GT(upgrades, 20);
    EXPECT_GT(downgrades, 20);
}

}  // namespace
}  // namespace kafka::groups
