// Whatever the process dies of, and whenever: a transaction is visible wholly or not at all, what
// was promised holds, and nothing stays open.
#include "transaction_simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace kafka::transactions {
namespace {

constexpr int kEvents = 120;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSeeds = 40;
#else
constexpr std::uint64_t kSeeds = 400;
#endif

// SIMULATION_SEEDS asks for more; a thousand take half a minute.
std::uint64_t seeds() {
    const char* wanted = std::getenv("SIMULATION_SEEDS");
    return wanted ? std::strtoull(wanted, nullptr, 10) : kSeeds;
}

void expect_that_all_is_well(TransactionSimulation& world) {
    EXPECT_TRUE(world.replay_gives_the_same());
    world.settle();
    EXPECT_TRUE(world.everything_is_stable());
    EXPECT_EQ(world.fenced_writes_taken(), 0);
    const auto visible = world.visible_records();
    EXPECT_FALSE(visible.contains("fenced"));
    for (const auto& [name, outcome] : world.outcomes()) {
        const auto found = visible.find(name);
        const int seen = found == visible.end() ? 0 : found->second;
        if (outcome.must == Outcome::Must::BeHidden) {
            EXPECT_EQ(seen, 0) << name;
        } else if (outcome.must == Outcome::Must::BeVisible) {
            EXPECT_EQ(seen, outcome.records) << name;
        } else {
            EXPECT_TRUE(seen == 0 || seen == outcome.records) << name << ": " << seen;
        }
    }
}

TEST(TransactionSimulation, TransactionsAreWholeWhenNothingDies) {
    int visible = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        TransactionSimulation world(seed);

        world.run(kEvents, -1);

        expect_that_all_is_well(world);
        visible += static_cast<int>(world.visible_records().size());
    }
    EXPECT_GT(visible, 500);  // it is about something
}

TEST(TransactionSimulation, TransactionsAreWholeWhereverTheProcessDies) {
    for (std::uint64_t seed = 1; seed <= seeds() && !HasFailure(); ++seed) {
        TransactionSimulation whole(seed);
        const int before = whole.steps();
        whole.run(kEvents, -1);
        const int steps = whole.steps() - before;
        ASSERT_GT(steps, 20);
        for (int step = 0; step < steps; ++step) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(step));
            TransactionSimulation world(seed);

            world.run(kEvents, step);

            expect_that_all_is_well(world);
        }
    }
}

}  // namespace
}  // namespace kafka::transactions
