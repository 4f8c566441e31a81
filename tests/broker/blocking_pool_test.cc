#include "broker/blocking_pool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace kafka::broker {
namespace {

struct Job : BlockingJob {
    Job() {
        run = [](BlockingJob& job) { static_cast<Job&>(job).ran.set_value(); };
    }
    std::promise<void> ran;
};

// Runs until another has run.
struct PatientJob : BlockingJob {
    explicit PatientJob(Job& other) : awaited(other.ran.get_future()) {
        run = [](BlockingJob& job) {
            auto& self = static_cast<PatientJob&>(job);
            self.in_time = self.awaited.wait_for(std::chrono::seconds(10));
        };
    }
    std::future<void> awaited;
    std::future_status in_time = std::future_status::timeout;
};

TEST(BlockingPool, NoJobWaitsBehindOneThatTakesLongWhileThereMayBeMoreThreads) {
    BlockingPool pool(2);
    Job before;
    pool.submit(before);
    pool.finish_jobs();  // one thread, and it is idle

    Job quick;
    PatientJob slow(quick);
    pool.submit(slow);
    pool.submit(quick);
    pool.finish_jobs();

    EXPECT_EQ(slow.in_time, std::future_status::ready);
}

}  // namespace
}  // namespace kafka::broker
