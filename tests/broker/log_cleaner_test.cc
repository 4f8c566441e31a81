// The cleaner's questions to the shards. What it does with the answers is in
// tests/storage/compaction and tests/end_to_end.
#include "broker/log_cleaner.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/cold_file_system.h"

namespace kafka::broker {
namespace {

class LogCleanerTest : public testing::Test {
  protected:
    ~LogCleanerTest() override {
        while_shards_run([this] { cleaner_.stop(); });
    }

    // Sealed segments of which nothing may be compacted yet, and each of whose ages says so.
    void create_topic() {
        storage::LogConfig config;
        config.cleanup_compact = true;
        config.segment_bytes = 2000;
        config.index_interval_bytes = 200;
        config.min_compaction_lag_ms = 1'000'000;
        config.max_compaction_lag_ms = 2'000'000;
        const Uuid topic = shards_.create_topic(files_, "latest", 1, config);
        const TimestampMs now{shards_.clock_.wall_ms()};
        for (int i = 0; i < 200; ++i) {
            Bytes records = batch({}, now);
            CHECK(shards_.partition(topic, 0).append_as_leader(records, {}, now).ok(), "a batch");
        }
        shards_.reopen_partition(files_, topic, 0);
    }
    // For what waits for the shards.
    void while_shards_run(const std::function<void()>& work) {
        std::atomic<bool> done = false;
        std::thread waiting([&] {
            work();
            done = true;
        });
        while (!done) shards_.run();
        waiting.join();
    }

    storage::ColdFileSystem files_;
    TestShards shards_;
    LogDirectories directories_ =
        LogDirectories::open(shards_.files_, {"/data"}, {"cluster", BrokerId{1}}).take();
    LogCleaner cleaner_{shards_.shards(), directories_, files_, shards_.clock_,
                        shards_.shards().config().statics};
};

TEST_F(LogCleanerTest, TheAgesOfSegmentsAreNotWaitedForOnTheirShard) {
    create_topic();
    files_.drop_caches();

    while_shards_run([this] { cleaner_.start(); });
    while (files_.fetches() == 0 && files_.stalls() == 0) shards_.run();
    while_shards_run([this] { cleaner_.stop(); });

    EXPECT_GT(files_.fetches(), 0);
    EXPECT_EQ(files_.stalls(), 0);
}

TEST(LogCleanerSettings, ALookThatIsNeverToComeComesInTheFuture) {
    const BrokerConfig config = config_of({{"log.cleaner.backoff.ms", "9223372036854775807"}});
    const cluster::Image image;

    const LogCleanerSettings settings = log_cleaner_settings(image, config.statics);

    const auto now = std::chrono::steady_clock::now();
    EXPECT_GT(now + settings.backoff, now);
}

}  // namespace
}  // namespace kafka::broker
