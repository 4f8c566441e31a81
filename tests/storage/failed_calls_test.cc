// A disk that fails one call: at the start, in a read, in compaction. Whatever fails is told, and
// nothing is lost by it: with the disk as good as before, everything is there.
#include <gtest/gtest.h>

#include "tests/storage/support/compaction_harness.h"

namespace kafka::storage {
namespace {

using Call = MemoryFileSystem::Call;

constexpr Call kCalls[] = {Call::Open, Call::Read,   Call::Write, Call::Truncate,
                           Call::Sync, Call::Rename, Call::Remove};
constexpr ProducerId kIdempotent{7};
constexpr ProducerId kTransactional{8};

// Sealed segments and an active one with an open transaction, an aborted one and a producer.
class World : public CompactionHarness {
  public:
    World() : CompactionHarness(small_segments()) {
        for (int i = 0; i < 12; ++i) {
            write({{key(i % 3), std::to_string(i)}},
                  {.producer_id = kIdempotent, .producer_epoch = {0}, .base_sequence = {i}});
            if (i == 4) flush();
            if (i % 4 != 1) continue;
            write({{"t", "aborted"}}, {.producer_id = kTransactional,
                                       .producer_epoch = {0},
                                       .base_sequence = {i / 4},
                                       .transactional = true});
            if (i < 9) end_transaction(kTransactional, {0}, ControlRecordType::Abort);
        }
    }

    std::vector<AbortedTransaction> aborted() const {
        const auto read = partition->read({0}, 1 << 20, true, ReadLimit::LastStable);
        CHECK(read.ok(), "a read without failures");
        return read->aborted_transactions;
    }
};

struct Seen {
    Bytes log;
    Offset last_stable_offset;
    std::vector<AbortedTransaction> aborted;
    FoundOffset newest;
    std::optional<AppendedBatch> last_of_producer;

    bool operator==(const Seen&) const = default;
};

Seen look(World& world) {
    const ProducerEntry* const producer = world.partition->producers().find(kIdempotent);
    Seen seen{.log = world.read_all(),
              .last_stable_offset = world.partition->last_stable_offset(),
              .aborted = world.aborted(),
              .newest = world.partition->find_offset(timestamp::kMax, ReadLimit::LogEnd).value(),
              .last_of_producer = {}};
    if (producer != nullptr) seen.last_of_producer = producer->find({11}, {11});
    return seen;
}

// Lets each call of each kind fail in turn while `work` is done, until it has no more of them.
template <class Work, class Judge>
void fail_each_call(Work work, Judge judge) {
    int failures = 0;
    for (const Call call : kCalls) {
        for (int first = 0;; ++first) {
            SCOPED_TRACE(testing::Message() << "call " << static_cast<int>(call) << ", " << first);
            World world;
            const Seen before = look(world);
            world.files.fail(call, "", 1, first);
            const auto done = work(world);
            const bool failed = !world.files.has_planned_failures();
            world.files.forget_planned_failures();
            judge(world, done, failed, before);
            if (testing::Test::HasFailure() || !failed) break;
            ++failures;
        }
    }
    EXPECT_GT(failures, 5);
}

void expect_nothing_is_lost_at_a_start(RecoveryMode mode) {
    fail_each_call(
        [mode](World& world) {
            world.partition.reset();
            return world.try_open(mode).ok();
        },
        [mode](World& world, bool opened, bool failed, const Seen& before) {
            EXPECT_TRUE(opened || failed);
            world.open(mode);
            EXPECT_EQ(look(world), before);
        });
}

TEST(FailedCalls, AtTheStartAfterAKillLoseNothing) {
    expect_nothing_is_lost_at_a_start(RecoveryMode::ProcessKilled);
}

TEST(FailedCalls, AtTheStartAfterTheLossOfPowerLoseNothing) {
    expect_nothing_is_lost_at_a_start(RecoveryMode::MachineFailed);
}

// A snapshot that cannot be read just now is not a bad one: there may be no other.
TEST(FailedCalls, AtTheStartDoNotCostProducersWhoseRecordsAreDeleted) {
    for (int first = 0;; ++first) {
        SCOPED_TRACE(first);
        LogConfig config;
        config.segment_bytes = 1000;
        PartitionHarness log(config);
        const BatchSpec sent{
            .producer_id = kIdempotent, .producer_epoch = {0}, .base_sequence = {0}};
        ASSERT_TRUE(log.append(sent).ok());
        log.append_many(50, {.value_bytes = 100});
        ASSERT_TRUE(log.partition->delete_records({-1}).ok());
        ASSERT_TRUE(log.flush());
        log.partition.reset();
        log.files.fail(Call::Read, "", 1, first);
        (void)log.try_open(RecoveryMode::MachineFailed).ok();
        const bool failed = !log.files.has_planned_failures();
        log.files.forget_planned_failures();

        log.open(RecoveryMode::MachineFailed);

        EXPECT_TRUE(log.append(sent).duplicate);
        if (HasFailure() || !failed) return;
    }
}

TEST(FailedCalls, OfReadersAreToldAndLeaveThePartitionAsItIs) {
    fail_each_call(
        [](World& world) {
            Result<Done> all = Done{};
            const auto note = [&](const auto& result) {
                if (!result) all = result.error();
            };
            for (Offset at{0}; at < world.partition->log_end_offset(); at += 1) {
                note(world.partition->read_bytes(at, 100, ReadLimit::LastStable));
            }
            for (const std::int64_t time : {-3, 500, 1000, 5000}) {
                note(world.partition->find_offset({time}, ReadLimit::LogEnd));
            }
            return all;
        },
        [](World& world, const Result<Done>& done, bool failed, const Seen& before) {
            EXPECT_EQ(done.ok(), !failed);
            if (!done) {
                EXPECT_EQ(done.error().code, ErrorCode::KAFKA_STORAGE_ERROR);
            }
            EXPECT_FALSE(world.partition->is_offline());
            EXPECT_EQ(look(world), before);
        });
}

TEST(FailedCalls, OfCompactionLoseNothing) {
    World sample;
    sample.compact();
    const auto compacted = sample.last_values();
    fail_each_call(
        [](World& world) { return world.try_compact(); },
        [&](World& world, const Result<CompactionResult>& done, bool failed, const Seen&) {
            EXPECT_TRUE(done.ok() || failed);
            if (world.partition->is_offline()) world.kill_and_reopen();
            EXPECT_EQ(world.last_values(), compacted);
            EXPECT_TRUE(world.compact().completed);
            EXPECT_EQ(world.last_values(), compacted);
            world.kill_and_reopen();
            EXPECT_EQ(world.last_values(), compacted);
        });
}

}  // namespace
}  // namespace kafka::storage
