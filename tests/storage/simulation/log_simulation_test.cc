// The storage code against a file system that fails in every way, over many seeds. Longer:
//
//     BARNABAS_SIMULATION_SECONDS=3600 build/release/storage_test --gtest_filter='*LogSimulation.*'
//
// A failure names its seed; BARNABAS_SEED=N runs that one alone,
// and with BARNABAS_TELL=1 says what it does.
#include "tests/storage/simulation/log_simulation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <optional>

namespace kafka::storage {
namespace {

using Crash = LogSimulation::Crash;
using Policy = LogSimulation::Policy;

std::optional<std::uint64_t> number_from_environment(const char* name) {
    const char* const text = std::getenv(name);
    if (text == nullptr) return std::nullopt;
    return std::strtoull(text, nullptr, 10);
}

std::uint64_t first_seed() { return number_from_environment("BARNABAS_SEED").value_or(1); }

void begin(LogSimulation& log) {
    if (std::getenv("BARNABAS_TELL") != nullptr) log.tell();
}

constexpr int kMostSteps = 2000;

// Enough for some segments that are compacted.
int operations_of(Policy policy) { return policy == Policy::Compact ? 150 : 60; }

// Dies in every single change to the file system in turn.
void die_everywhere(std::uint64_t seed, Policy policy, Crash crash) {
    for (int step = 0; step < kMostSteps; ++step) {
        LogSimulation log(seed, policy);
        begin(log);
        ASSERT_TRUE(log.start().ok());
        log.die_at_step(step);
        const Result<Done> worked = log.operate(operations_of(policy));
        const bool died = log.is_over();
        log.crash(crash);
        const Result<Done> recovered = worked.ok() ? log.recover() : worked;
        ASSERT_TRUE(recovered.ok())
            << "seed " << seed << ", step " << step << ": " << recovered.error().message;
        if (!died) return;
    }
    FAIL() << "the steps never ended";
}

void die_everywhere(Policy policy, Crash crash, int seeds) {
    const std::uint64_t first = first_seed();
    for (int i = 0; i < seeds && !testing::Test::HasFatalFailure(); ++i) {
        die_everywhere(first + static_cast<std::uint64_t>(i), policy, crash);
    }
}

// A crash, then another one at each step of the recovery from it.
void interrupt_recoveries(Policy policy, std::uint64_t seeds) {
    const std::uint64_t first = first_seed();
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        for (int step = 0; step < kMostSteps; ++step) {
            LogSimulation log(seed, policy);
            begin(log);
            ASSERT_TRUE(log.start().ok());
            log.die_at_step(static_cast<int>(seed % 7) * operations_of(policy) * 2 / 3);
            ASSERT_TRUE(log.operate(operations_of(policy)).ok());
            log.crash(seed % 3 == 0 ? Crash::Process : Crash::Machine);
            log.die_at_step(step);
            const Result<Done> interrupted = log.start();
            const bool died = log.is_over();
            log.crash(seed % 2 == 0 ? Crash::Process : Crash::Machine);
            const Result<Done> recovered = interrupted.ok() ? log.recover() : interrupted;
            ASSERT_TRUE(recovered.ok())
                << "seed " << seed << ", step " << step << ": " << recovered.error().message;
            if (!died) break;
        }
    }
}

void live_many_lives(Policy policy, std::uint64_t least_seeds) {
    using Clock = std::chrono::steady_clock;
    const auto asked_seconds = number_from_environment("BARNABAS_SIMULATION_SECONDS");
    const bool one_seed = number_from_environment("BARNABAS_SEED").has_value();
    const auto limit = Clock::now() + std::chrono::seconds(asked_seconds.value_or(0));
    const std::uint64_t least = one_seed ? 1 : least_seeds;
    std::int64_t steps = 0;
    std::int64_t compactions = 0;
    std::uint64_t seeds = 0;
    for (; seeds < least || (asked_seconds && Clock::now() < limit); ++seeds) {
        const std::uint64_t seed = first_seed() + seeds;
        LogSimulation log(seed, policy);
        begin(log);
        const Result<Done> lived = log.live(12);
        ASSERT_TRUE(lived.ok()) << "BARNABAS_SEED=" << seed << ": " << lived.error().message;
        steps += log.steps();
        compactions += log.compactions();
    }
    std::printf("%llu seeds, %lld steps of the file system, %lld compactions\n",
                static_cast<unsigned long long>(seeds), static_cast<long long>(steps),
                static_cast<long long>(compactions));
    EXPECT_TRUE(policy == Policy::Delete || one_seed || compactions > 0);
}

TEST(LogSimulation, AProcessThatDiesAtAnyStepLosesNothing) {
    die_everywhere(Policy::Delete, Crash::Process, 8);
}

TEST(LogSimulation, AMachineThatStopsAtAnyStepLosesNothingThatWasFlushed) {
    die_everywhere(Policy::Delete, Crash::Machine, 8);
}

TEST(LogSimulation, ARecoveryThatIsInterruptedAtAnyStepIsRepeated) {
    interrupt_recoveries(Policy::Delete, 60);
}

TEST(LogSimulation, ManyLivesOfEveryKindKeepWhatTheyAcknowledged) {
    live_many_lives(Policy::Delete, 200);
}

TEST(CompactedLogSimulation, AProcessThatDiesAtAnyStepLosesNothing) {
    die_everywhere(Policy::Compact, Crash::Process, 3);
}

TEST(CompactedLogSimulation, AMachineThatStopsAtAnyStepLosesNothingThatWasFlushed) {
    die_everywhere(Policy::Compact, Crash::Machine, 3);
}

TEST(CompactedLogSimulation, ARecoveryThatIsInterruptedAtAnyStepIsRepeated) {
    interrupt_recoveries(Policy::Compact, 60);
}

TEST(CompactedLogSimulation, ManyLivesOfEveryKindKeepWhatTheyAcknowledged) {
    live_many_lives(Policy::Compact, 200);
}

}  // namespace
}  // namespace kafka::storage
