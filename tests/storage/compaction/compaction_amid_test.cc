// Whatever happens to a partition between two steps of its compaction.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "storage/file_names.h"
#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

using testing::IsEmpty;

// Runs `event` before each step on the partition in turn, until there are no more steps.
template <class Event, class Check>
void at_each_step(Event event, Check check, bool was_reopened) {
    for (int step = 1;; ++step) {
        SCOPED_TRACE(step);
        CompactionHarness world;
        for (int i = 0; i < 30; ++i) world.write({{key(i % 3), std::to_string(i)}});
        world.roll();
        if (was_reopened) world.close_and_reopen();
        bool happened = false;
        world.before_step = [&](int now) {
            if (now != step) return;
            happened = true;
            event(world);
        };
        const auto result = world.try_compact();
        world.before_step = nullptr;
        if (!happened) {
            EXPECT_GE(step, 5);
            return;
        }
        EXPECT_TRUE(result.ok()) << result.error().message;
        check(world);
        if (testing::Test::HasFatalFailure()) return;
    }
}

// In a log whose segments are in use, and in one where compaction has to open them.
template <class Event, class Check>
void at_each_step(Event event, Check check) {
    for (const bool was_reopened : {false, true}) at_each_step(event, check, was_reopened);
}

TEST(CompactionAmid, ThePartitionMayBeDeleted) {
    at_each_step(
        [](CompactionHarness& world) {
            world.partition->abandon();
            world.partition.reset();
            ASSERT_TRUE(world.files.remove_directory(world.kFolder).ok());
        },
        [](CompactionHarness& world) { EXPECT_THAT(world.file_names(), IsEmpty()); });
}

// What is in its place already stays; nothing is taken in any more.
TEST(CompactionAmid, ThePolicyMayChange) {
    std::size_t left = 0;
    at_each_step(
        [&](CompactionHarness& world) {
            world.config.cleanup_compact = false;
            world.partition->set_config(world.config);
            left = world.records().size();
        },
        [&](CompactionHarness& world) { EXPECT_EQ(world.records().size(), left); });
}

TEST(CompactionAmid, RecordsMayBeAppended) {
    at_each_step(
        [](CompactionHarness& world) {
            world.write({{"k0", "new"}});
        },
        [](CompactionHarness& world) {
            EXPECT_EQ(world.last_values().at("k0"), "new");
            EXPECT_EQ(world.last_values().at("k2"), "29");
        });
}

TEST(CompactionAmid, RecordsMayBeDeletedFromTheStart) {
    at_each_step(
        [](CompactionHarness& world) {
            const auto deleted = world.partition->delete_records({29});
            ASSERT_TRUE(deleted.ok()) << deleted.error().message;
        },
        [](CompactionHarness& world) {
            EXPECT_EQ(world.partition->log_start_offset(), Offset{29});
            EXPECT_EQ(world.last_values(),
                      (std::map<std::string, std::string>{{"k2", "29"}, {"roll", "1"}}));
            ASSERT_TRUE(world.partition->apply_retention(world.kNow).ok());
            world.checkpoint();
            world.kill_and_reopen();
            EXPECT_EQ(world.partition->log_start_offset(), Offset{29});
        });
}

TEST(CompactionAmid, TheLogMayBeCut) {
    at_each_step(
        [](CompactionHarness& world) {
            world.partition->begin_truncation({10});
            ASSERT_TRUE(world.partition->truncate_to({10}, world.kNow).ok());
        },
        [](CompactionHarness& world) {
            EXPECT_LE(world.partition->log_end_offset(), Offset{10});
            for (const SeenRecord& record : world.records()) EXPECT_LT(record.offset, 10);
            for (const std::string& name : world.file_names()) {
                EXPECT_FALSE(name.ends_with(kSwapSuffix)) << name;
                EXPECT_FALSE(name.ends_with(kCleanedSuffix)) << name;
            }
            world.partition->become_leader({1});
            world.write({{"after", "the cut"}});
            world.kill_and_reopen();
            EXPECT_EQ(world.last_values().at("after"), "the cut");
        });
}

// Of a key, only the last record may stand where no compaction will look for others any more.
TEST(CompactionAmid, WhatIsAppendedAfterACutIsNotTakenForCompacted) {
    at_each_step(
        [](CompactionHarness& world) {
            world.partition->begin_truncation({10});
            ASSERT_TRUE(world.partition->truncate_to({10}, world.kNow).ok());
            world.partition->become_leader({1});
            for (int i = 0; i < 60; ++i) world.write({{"again", std::to_string(i)}});
        },
        [](CompactionHarness& world) {
            const Offset first_dirty = world.partition->checkpoint().first_dirty_offset;
            const std::vector<SeenRecord> records = world.records();
            const auto is_clean = [&](const SeenRecord& record) {
                return record.key == "again" && record.offset < first_dirty.value;
            };
            EXPECT_LE(std::ranges::count_if(records, is_clean), 1);
        });
}

}  // namespace
}  // namespace kafka::storage
