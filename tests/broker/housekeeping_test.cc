// Retention of logs whose indexes are not in the page cache, as after a reboot; how often it is
// looked after; expiry of producers.
#include "broker/housekeeping.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/broker/handlers/produce_fixture.h"
#include "tests/support/cold_file_system.h"

namespace kafka::broker {
namespace {

class HousekeepingTest : public testing::Test {
  protected:
    static constexpr std::int32_t kPartitions = 4;
    static constexpr int kBatches = 200;
    static constexpr std::chrono::hours kNotNow{24 * 365 * 50};

    HousekeepingTest() {
        storage::LogConfig config;
        config.segment_bytes = 2000;
        config.index_interval_bytes = 200;
        // In the end this is the age of the batch in the middle.
        config.retention_ms = 1'000'000;
        orders_ = shards_.create_topic(files_, "orders", kPartitions, config);
        const std::int64_t now = shards_.clock_.wall_ms();
        for (int i = 0; i < kBatches; ++i) {
            for (std::int32_t p = 0; p < kPartitions; ++p) {
                Bytes records = batch({}, TimestampMs{now + i});
                CHECK(partition(p).append_as_leader(records, {}, TimestampMs{now}).ok(), "a batch");
            }
        }
        shards_.clock_.advance(std::chrono::milliseconds(config.retention_ms + kBatches / 2));
        for (std::int32_t p = 0; p < kPartitions; ++p) {
            shards_.reopen_partition(files_, orders_, p);
        }
        files_.drop_caches();
    }
    ~HousekeepingTest() override {
        files_.release_fetches();
        shards_.run_with_the_reading_pool();
        shards_.shards().blocking_pool().finish_jobs();
    }

    storage::Partition& partition(std::int32_t index) { return shards_.partition(orders_, index); }
    std::vector<std::int64_t> log_starts() {
        std::vector<std::int64_t> starts;
        for (std::int32_t p = 0; p < kPartitions; ++p) {
            const storage::Partition* const found = shards_.find(orders_, p);
            starts.push_back(found ? found->log_start_offset().value : -1);
        }
        return starts;
    }
    // What retention drops the next time.
    std::int64_t append_expired() {
        const TimestampMs now{shards_.clock_.wall_ms()};
        const TimestampMs long_ago{now.value - partition(0).config().retention_ms - 1};
        Bytes records = batch({}, long_ago);
        CHECK(partition(0).append_as_leader(records, {}, now).ok(), "a batch");
        return partition(0).log_end_offset().value;
    }
    void let_pass(std::chrono::milliseconds time) {
        shards_.advance(time);
        shards_.run_with_the_reading_pool();
    }
    // Where the logs start for those who wait for the disk.
    std::int64_t kept_from() {
        storage::Partition& one = partition(0);
        CHECK(one.apply_retention(TimestampMs{shards_.clock_.wall_ms()}).ok(), "retention");
        return one.log_start_offset().value;
    }

    storage::ColdFileSystem files_;
    TestShards shards_;
    Uuid orders_;
    LogDirectories directories_ =
        LogDirectories::open(shards_.files_, {"/data"}, {"cluster", BrokerId{1}}).take();
    Removals removals_{shards_.home(), directories_};
    Housekeeping housekeeping_{shards_.home(), removals_, {}};
};

TEST_F(HousekeepingTest, RetentionDoesNotWaitForTheDiskAndNobodyWaitsForIt) {
    files_.hold_fetches();
    const Uuid others = shards_.create_topic("others");

    housekeeping_.apply_retention();

    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, 0));
    EXPECT_EQ(produce_one(shards_, others, batch()), appended(0, 0));
    files_.release_fetches();
    shards_.run_with_the_reading_pool();
    EXPECT_EQ(files_.stalls(), 0);
    const std::vector<std::int64_t> starts = log_starts();
    EXPECT_GT(starts.at(0), kBatches / 4);
    EXPECT_LE(starts.at(0), kBatches / 2);
    EXPECT_EQ(starts, std::vector<std::int64_t>(kPartitions, kept_from()));
    for (std::int32_t p = 0; p < kPartitions; ++p) EXPECT_FALSE(partition(p).is_offline());
}

TEST_F(HousekeepingTest, ACheckThatComesBeforeThePagesChangesNothing) {
    files_.hold_fetches();
    housekeeping_.apply_retention();

    housekeeping_.apply_retention();
    files_.release_fetches();
    shards_.run_with_the_reading_pool();

    EXPECT_EQ(files_.stalls(), 0);
    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, kept_from()));
}

TEST_F(HousekeepingTest, RetentionWaitsForTheDiskAfterAllWhenPagesArePushedOutBeforeTheyAreRead) {
    files_.forget_what_is_fetched();

    housekeeping_.apply_retention();
    shards_.run_with_the_reading_pool();

    EXPECT_GT(files_.stalls(), 0);
    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, kept_from()));
}

// As when retention.ms is lowered: a shard with much to rename does something else in between.
TEST_F(HousekeepingTest, ManySegmentsAreDroppedAFewAtATime) {
    constexpr std::uint64_t kSegmentBytes = 2000;
    struct Steps : storage::PartitionObserver {
        void partition_changed(storage::Partition& partition,
                               storage::PartitionChange change) override {
            if (change != storage::PartitionChange::LogStart) return;
            EXPECT_LE(size - partition.size_in_bytes(), 4 * kSegmentBytes);
            size = partition.size_in_bytes();
            ++count;
        }
        std::uint64_t size = 0;
        int count = 0;
    } steps;
    steps.size = partition(0).size_in_bytes();
    ASSERT_GT(steps.size, 4 * kSegmentBytes);
    partition(0).watch(steps);
    shards_.clock_.advance(std::chrono::milliseconds(kBatches));
    // With all pages there, it is known of all of them at once.
    for (std::int32_t p = 0; p < kPartitions; ++p) {
        const auto expired = partition(p).count_expired(TimestampMs{shards_.clock_.wall_ms()});
        ASSERT_GT(*expired, 4u);
    }

    housekeeping_.apply_retention();
    shards_.run_with_the_reading_pool();

    EXPECT_GE(steps.count, 2);
    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, kBatches));
}

TEST_F(HousekeepingTest, APartitionMayBeDeletedWhileItsPagesAreOnTheirWay) {
    files_.hold_fetches();
    housekeeping_.apply_retention();

    shards_.close_partition(orders_, 1);
    files_.release_fetches();
    shards_.run_with_the_reading_pool();

    const std::int64_t kept = kept_from();
    EXPECT_EQ(log_starts(), (std::vector<std::int64_t>{kept, -1, kept, kept}));
}

TEST_F(HousekeepingTest, WhatIsStoppedWhilePagesAreOnTheirWayDropsNothing) {
    files_.hold_fetches();
    housekeeping_.apply_retention();

    housekeeping_.stop();
    files_.release_fetches();
    shards_.run_with_the_reading_pool();

    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, 0));
}

TEST_F(HousekeepingTest, RetentionIsAppliedAtItsIntervalAndNotBefore) {
    const Settings hourly{{"log.retention.check.interval.ms", "3600000"}};
    const std::pair<Settings, std::chrono::milliseconds> cases[] = {
        {{}, std::chrono::minutes(5)}, {hourly, std::chrono::hours(1)}};
    for (const auto& [settings, interval] : cases) {
        const HousekeepingIntervals all = housekeeping_intervals(config_of(settings));
        Housekeeping housekeeping(shards_.home(), removals_,
                                  {all.retention_check, kNotNow, kNotNow, kNotNow});
        housekeeping.start();

        for (int turn = 0; turn < 2; ++turn) {
            const std::int64_t before = partition(0).log_start_offset().value;
            const std::int64_t end = append_expired();
            let_pass(interval - std::chrono::milliseconds(1));
            EXPECT_EQ(partition(0).log_start_offset(), Offset{before});
            let_pass(std::chrono::milliseconds(1));
            EXPECT_EQ(partition(0).log_start_offset(), Offset{end});
        }
        housekeeping.stop();
    }
}

TEST_F(HousekeepingTest, RetentionThatIsNeverCheckedDropsNothing) {
    const Settings never{{"log.retention.check.interval.ms", "9223372036854775807"}};
    const HousekeepingIntervals all = housekeeping_intervals(config_of(never));
    Housekeeping housekeeping(shards_.home(), removals_,
                              {all.retention_check, kNotNow, kNotNow, kNotNow});
    housekeeping.start();

    let_pass(std::chrono::hours(24 * 365));

    EXPECT_EQ(log_starts(), std::vector<std::int64_t>(kPartitions, 0));
    housekeeping.stop();
}

TEST_F(HousekeepingTest, ProducersAreForgottenByTheSettingOfTheMoment) {
    Bytes records = batch(produced_by(7, 0, 0));
    const TimestampMs now{shards_.clock_.wall_ms()};
    ASSERT_TRUE(partition(0).append_as_leader(records, {}, now).ok());
    shards_.clock_.advance(std::chrono::seconds(10));

    housekeeping_.expire_producers();
    EXPECT_TRUE(partition(0).producers().producers().contains(ProducerId{7}));

    const ConfigRecord change{.resource_type = 4,
                              .resource_name = "",
                              .name = "producer.id.expiration.ms",
                              .value = "5000"};
    cluster::replay(shards_.home().image_for_replay(), change);
    housekeeping_.expire_producers();
    EXPECT_FALSE(partition(0).producers().producers().contains(ProducerId{7}));
}

}  // namespace
}  // namespace kafka::broker
