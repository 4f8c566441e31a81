// The process or the machine dies at every step of a compaction: no record that is to stay is lost,
// and a second start finds what the first left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/file_names.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

constexpr ProducerId kProducer{9};

struct World : CompactionHarness {
    World() {
        for (int i = 0; i < 40; ++i) write({{key(i % 7), std::to_string(i)}, {key(i), "once"}});
        write({{"transactional", "kept"}}, options(0));
        end_transaction(kProducer, {0}, ControlRecordType::Commit);
        write({{"transactional", "dropped"}, {"k1", "dropped"}}, options(1));
        end_transaction(kProducer, {0}, ControlRecordType::Abort);
        roll();
        CHECK(flush() && files.sync_everything("/data").ok(), "a sound log to begin with");
    }

    static BatchOptions options(std::int32_t sequence) {
        return {.producer_id = kProducer,
                .producer_epoch = {0},
                .base_sequence = {sequence},
                .transactional = true};
    }

    // As the broker does it after a start.
    void remove_what_is_of_no_use() {
        for (const std::string& path : partition->take_removals()) {
            CHECK(files.remove(path).ok(), "removing");
        }
    }
};

std::map<std::string, std::string> expected_values() {
    World world;
    auto values = world.last_values();
    values["transactional"] = "kept";
    values["k1"] = "36";
    return values;
}

// What a reader of committed records ends up with.
std::map<std::string, std::string> committed_values(const World& world) {
    std::map<std::string, std::string> values;
    for (const SeenRecord& record : world.records()) {
        if (record.value && record.value != "dropped") values[record.key] = *record.value;
    }
    return values;
}

void expect_sound(World& world) {
    static const auto kExpected = expected_values();
    EXPECT_EQ(committed_values(world), kExpected);
    EXPECT_EQ(world.partition->log_end_offset(), Offset{86});
    const auto read = world.partition->read({0}, 1 << 20, true, ReadLimit::LastStable);
    EXPECT_TRUE(read.ok()) << read.error().message << testing::PrintToString(world.file_names());
    // The end of every segment is where the next begins.
    const auto bytes = world.read_all();
    RecordBatchReader reader(bytes);
    Offset end{0};
    while (const auto batch = reader.next()) {
        EXPECT_GE(batch->base_offset(), end);
        end = batch->next_offset();
    }
}

template <class Reopen>
void die_at_every_step(Reopen reopen) {
    for (int step = 0;; ++step) {
        SCOPED_TRACE(step);
        World world;
        world.files.die_at_step(step);
        const bool finished = world.try_compact().ok();
        if (!world.files.is_dead()) {
            ASSERT_TRUE(finished);
            ASSERT_GT(step, 40);
            return;
        }
        reopen(world);
        expect_sound(world);
        const Bytes once = world.read_all();
        world.remove_what_is_of_no_use();
        reopen(world);
        expect_sound(world);
        ASSERT_EQ(world.read_all(), once);
        world.remove_what_is_of_no_use();
        EXPECT_TRUE(world.compact().completed);
        expect_sound(world);
        for (const std::string& name : world.file_names()) {
            EXPECT_FALSE(name.ends_with(kSwapSuffix) || name.ends_with(kCleanedSuffix)) << name;
        }
        ASSERT_FALSE(testing::Test::HasFailure());
    }
}

TEST(CompactionCrash, NothingIsLostWhenTheProcessDiesAtAnyStep) {
    die_at_every_step([](World& world) { world.kill_and_reopen(); });
}

TEST(CompactionCrash, NothingIsLostWhenTheMachineDiesAtAnyStep) {
    for (std::uint64_t seed = 0; seed < 6; ++seed) {
        SCOPED_TRACE(seed);
        die_at_every_step([seed](World& world) { world.lose_power_and_reopen(seed); });
    }
}

// Nobody knows what had been synced, and so every gap would count as a loss.
TEST(CompactionCrash, NothingIsLostWithoutACheckpoint) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
        SCOPED_TRACE(seed);
        die_at_every_step([seed](World& world) {
            world.recovery_point = {0};
            world.first_dirty_offset = {-1};
            world.lose_power_and_reopen(seed);
        });
    }
}

TEST(CompactionCrash, WhatItLeftIsRemovedWhileTheNextOneIsAtWork) {
    World world;
    const std::string left =
        file_path(World::kFolder, {0}, kLogSuffix) + std::string(kCleanedSuffix);
    ASSERT_TRUE(world.files.open(left, OpenMode::Create).ok());
    world.kill_and_reopen();
    const std::vector<std::string> removals = world.partition->take_removals();
    ASSERT_FALSE(removals.empty());
    world.before_step = [&](int step) {
        if (step < 2) return;  // now the new segment is written
        for (const std::string& path : removals) CHECK(world.files.remove(path).ok(), "removing");
    };

    EXPECT_TRUE(world.compact().completed);

    expect_sound(world);
}

TEST(CompactionCrash, AFailedCallChangesNothingOrTakesThePartitionOffline) {
    using Call = MemoryFileSystem::Call;
    int failures = 0;
    for (const Call call : {Call::Open, Call::Write, Call::Sync, Call::Rename, Call::Remove}) {
        for (const char* part :
             {".log", ".index", ".timeindex", ".txnindex", ".swap", ".deleted", "orders-0"}) {
            SCOPED_TRACE(part);
            World world;
            world.files.fail(call, part);
            const auto result = world.try_compact();
            failures += !result.ok();
            if (world.partition->is_offline()) world.kill_and_reopen();
            expect_sound(world);
            EXPECT_TRUE(world.compact().completed);
            expect_sound(world);
            world.kill_and_reopen();
            expect_sound(world);
        }
    }
    EXPECT_GT(failures, 10);
}

}  // namespace
}  // namespace kafka::storage
