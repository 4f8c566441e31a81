// The storage code against a file system that fails in every way, over many seeds. Longer:
//
//     BARNABAS_SIMULATION_SECONDS=3600 build/release/storage_test --gtest_filter='LogSimulation.*'
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
constexpr int kOperations = 60;

// Dies in every single change to the file system in turn.
void die_everywhere(std::uint64_t seed, Crash crash) {
    for (int step = 0; step < kMostSteps; ++step) {
        LogSimulation log(seed);
        begin(log);
        ASSERT_TRUE(log.start().ok());
        log.die_at_step(step);
        const Result<Done> worked = log.operate(kOperations);
        const bool died = log.is_over();
        log.crash(crash);
        const Result<Done> recovered = worked.ok() ? log.recover() : worked;
        ASSERT_TRUE(recovered.ok())
            << "seed " << seed << ", step " << step << ": " << recovered.error().message;
        if (!died) return;
    }
    FAIL() << "the steps never ended";
}

TEST(LogSimulation, AProcessThatDiesAtAnyStepLosesNothing) {
    const std::uint64_t first = first_seed();
    for (std::uint64_t seed = first; seed < first + 8; ++seed) {
        die_everywhere(seed, Crash::Process);
        if (HasFatalFailure()) return;
    }
}

TEST(LogSimulation, AMachineThatStopsAtAnyStepLosesNothingThatWasFlushed) {
    const std::uint64_t first = first_seed();
    for (std::uint64_t seed = first; seed < first + 8; ++seed) {
        die_everywhere(seed, Crash::Machine);
        if (HasFatalFailure()) return;
    }
}

// A crash, then another one at each step of the recovery from it.
TEST(LogSimulation, ARecoveryThatIsInterruptedAtAnyStepIsRepeated) {
    const std::uint64_t first = first_seed();
    for (std::uint64_t seed = first; seed < first + 60; ++seed) {
        for (int step = 0; step < kMostSteps; ++step) {
            LogSimulation log(seed);
            begin(log);
            ASSERT_TRUE(log.start().ok());
            log.die_at_step(static_cast<int>(seed % 7) * 40);
            ASSERT_TRUE(log.operate(kOperations).ok());
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

TEST(LogSimulation, ManyLivesOfEveryKindKeepWhatTheyAcknowledged) {
    using Clock = std::chrono::steady_clock;
    const auto asked_seconds = number_from_environment("BARNABAS_SIMULATION_SECONDS");
    const bool one_seed = number_from_environment("BARNABAS_SEED").has_value();
    const auto limit = Clock::now() + std::chrono::seconds(asked_seconds.value_or(0));
    const std::uint64_t least = one_seed ? 1 : 200;
    std::int64_t steps = 0;
    std::uint64_t seeds = 0;
    for (; seeds < least || (asked_seconds && Clock::now() < limit); ++seeds) {
        const std::uint64_t seed = first_seed() + seeds;
        LogSimulation log(seed);
        begin(log);
        const Result<Done> lived = log.live(12);
        ASSERT_TRUE(lived.ok()) << "BARNABAS_SEED=" << seed << ": " << lived.error().message;
        steps += log.steps();
    }
    std::printf("%llu seeds, %lld steps of the file system\n",
                static_cast<unsigned long long>(seeds), static_cast<long long>(steps));
}

}  // namespace
}  // namespace kafka::storage
