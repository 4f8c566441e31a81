#include "storage/log_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/text_file.h"
#include "tests/storage/support/partition_harness.h"

namespace kafka::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr TimestampMs kNow{5000};
constexpr std::int64_t kExpirationMs = 86'400'000;
const NodeIdentity kNode{"cluster-A", {1}};
const TopicPartition kOrders{"orders", {0}};
const Uuid kTopicId{{1, 2, 3}};

class LogDirectoryTest : public testing::Test {
  protected:
    void start(const NodeIdentity& identity = kNode) {
        auto opened = LogDirectory::open(files, "/data", identity);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        directory = opened.take();
    }
    void open_orders(const Uuid& topic_id = kTopicId) {
        auto opened = directory->open_partition(kOrders, topic_id, {}, kExpirationMs, kNow);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        orders = opened.take();
        orders->become_leader({0});
    }
    void append(int batches) {
        for (int i = 0; i < batches; ++i) {
            Bytes batch = make_batch({.records = 2});
            ASSERT_TRUE(orders->append_as_leader(batch, {}, kNow).ok());
        }
    }
    void stop() {
        ASSERT_TRUE(orders->close().ok());
        ASSERT_TRUE(directory->close({orders->checkpoint()}, BrokerEpoch{5}).ok());
        kill();
    }
    void kill() {
        orders.reset();
        directory.reset();
        files.kill_process();
    }
    std::string text_of(const std::string& path) {
        auto bytes = read_file(files, path);
        return bytes ? std::string(as_text(*bytes)) : "(none)";
    }

    MemoryFileSystem files;
    std::unique_ptr<LogDirectory> directory;
    std::unique_ptr<Partition> orders;
};

TEST_F(LogDirectoryTest, ANewOneIsMarkedAndAUsedOneRecognised) {
    start();
    const Uuid id = directory->meta().directory_id;
    kill();

    start({"", {1}});

    EXPECT_EQ(directory->meta(), (MetaProperties{"cluster-A", {1}, id}));
    EXPECT_EQ(directory->recovery(), RecoveryMode::Clean);
}

TEST_F(LogDirectoryTest, AnotherClustersOrNodesDirectoryAndALockedOneAreRefused) {
    start();
    EXPECT_THAT(LogDirectory::open(files, "/data", kNode).error().message, HasSubstr("lock"));
    kill();

    EXPECT_THAT(LogDirectory::open(files, "/data", {"cluster-B", {1}}).error().message,
                HasSubstr("belongs to cluster cluster-A"));
    EXPECT_THAT(LogDirectory::open(files, "/data", {"cluster-A", {2}}).error().message,
                HasSubstr("belongs to node 1"));
}

TEST_F(LogDirectoryTest, ACleanStopIsFoundOnceAndTheRecoveryPointIsTheLogEnd) {
    start();
    open_orders();
    append(3);
    stop();
    EXPECT_EQ(text_of("/data/.kafka_cleanshutdown"), R"({"version":0,"brokerEpoch":5})");
    EXPECT_EQ(text_of("/data/recovery-point-offset-checkpoint"), "0\n1\norders 0 6\n");
    EXPECT_EQ(text_of("/data/log-start-offset-checkpoint"), "0\n0\n");

    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::Clean);
    EXPECT_THAT(directory->found(), ElementsAre(kOrders));
    open_orders();
    EXPECT_EQ(orders->checkpoint().recovery_point, Offset{6});
    files.lose_power(0);
    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);
}

TEST_F(LogDirectoryTest, AKilledProcessIsToldFromAStoppedMachineAndACopiedDirectory) {
    start();
    open_orders();
    append(1);
    kill();
    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);  // never made sound
    ASSERT_TRUE(directory->finish_recovery().ok());
    kill();
    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::ProcessKilled);
    directory->mark_failed();
    EXPECT_FALSE(directory->close({}, BrokerEpoch{5}).ok());
    kill();
    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);
    ASSERT_TRUE(directory->finish_recovery().ok());
    const std::string boot = text_of("/data/.barnabas_boot");
    kill();

    ASSERT_TRUE(files.remove("/data/.barnabas_boot").ok());
    ASSERT_TRUE(
        write_file_atomically(files, "/data/.barnabas_boot", as_bytes(boot), Durability::Synced));
    start();
    EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);  // another inode: a copy
}

// A disk that fails for a moment must not be the reason that damage is never looked for.
TEST_F(LogDirectoryTest, APartitionThatCouldNotBeOpenedIsRecoveredTheNextTime) {
    start();
    open_orders();
    append(10);
    ASSERT_TRUE(directory->finish_recovery().ok());
    const std::string log = "/data/orders-0/00000000000000000000.log";
    const std::uint64_t in_fifth_batch = orders->size_in_bytes() / 2 - 1;
    kill();
    const Bytes damage(1, 0xee);
    ASSERT_TRUE((*files.open(log, OpenMode::ReadWrite))->write_at(in_fifth_batch, damage).ok());
    ASSERT_TRUE(files.sync_everything("/data").ok());
    files.lose_power();
    const auto start_without_orders = [&] {
        start();
        EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);
        files.fail(MemoryFileSystem::Call::Open, log);
        EXPECT_FALSE(directory->open_partition(kOrders, kTopicId, {}, kExpirationMs, kNow).ok());
        ASSERT_TRUE(directory->finish_recovery().ok());
    };

    start_without_orders();
    kill();
    start_without_orders();
    EXPECT_FALSE(directory->close({}, BrokerEpoch{5}).ok());
    kill();
    start();

    EXPECT_EQ(directory->recovery(), RecoveryMode::MachineFailed);
    open_orders();
    EXPECT_EQ(orders->log_end_offset(), Offset{8});
}

// With the default of a day, a producer that may be silent for a month would be forgotten here, and
// what it sends again appended a second time.
TEST_F(LogDirectoryTest, AProducerIsRememberedAsLongAsIsAskedForAcrossAStop) {
    constexpr std::int64_t kDay = 86'400'000;
    const BatchSpec sent{.producer_id = {7}, .producer_epoch = {0}, .base_sequence = {0}};
    start();
    open_orders();
    Bytes batch = make_batch(sent);
    ASSERT_TRUE(orders->append_as_leader(batch, {}, kNow).ok());
    stop();
    for (const auto& [days, is_known] : {std::pair{30, true}, std::pair{9, false}}) {
        start();
        const TimestampMs later = kNow + 10 * kDay;
        auto opened = directory->open_partition(kOrders, kTopicId, {}, days * kDay, later);
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        orders = opened.take();
        EXPECT_EQ(orders->producers().find({7}) != nullptr, is_known) << days;
        stop();
    }
}

TEST_F(LogDirectoryTest, ADeletedPartitionsNameIsFreeAtOnceAndNothingIsInherited) {
    start();
    open_orders();
    append(5);
    ASSERT_TRUE(orders->delete_records({8}).ok());
    ASSERT_TRUE(directory->write_checkpoints({orders->checkpoint()}).ok());
    auto deleted = directory->delete_partition(std::move(orders));
    ASSERT_TRUE(deleted.ok());
    EXPECT_THAT(*deleted, testing::MatchesRegex("/data/orders-0\\.[0-9a-f]*-delete"));

    open_orders(Uuid{{9}});
    EXPECT_EQ(orders->log_start_offset(), Offset{0});
    append(1);
    kill();
    start();
    EXPECT_THAT(directory->take_removals(), ElementsAre(*deleted));
    ASSERT_TRUE(directory->remove(*deleted).ok());
    EXPECT_FALSE(files.exists(*deleted));
    open_orders(Uuid{{9}});
    EXPECT_EQ(orders->log_start_offset(), Offset{0});
    EXPECT_EQ(orders->log_end_offset(), Offset{2});
}

TEST_F(LogDirectoryTest, APartitionMadeAnewDoesNotTearTheCheckpointsOfTheOthers) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        start();
        open_orders();
        append(5);
        ASSERT_TRUE(orders->delete_records({8}).ok());
        ASSERT_TRUE(directory->write_checkpoints({orders->checkpoint()}).ok());
        const TopicPartition other{"other", {0}};
        const auto open_other = [&](const Uuid& id) {
            auto opened = directory->open_partition(other, id, {}, kExpirationMs, kNow);
            return opened.take();
        };
        auto deleted = open_other(Uuid{{8}});
        ASSERT_TRUE(directory->write_checkpoints({deleted->checkpoint()}).ok());
        ASSERT_TRUE(directory->delete_partition(std::move(deleted)).ok());
        open_other(Uuid{{9}});
        ASSERT_TRUE(files.sync_directory("/data").ok());
        orders.reset();
        directory.reset();
        files.lose_power(seed);

        auto again = LogDirectory::open(files, "/data", kNode);
        ASSERT_TRUE(again.ok()) << seed << again.error().message;
        EXPECT_EQ(text_of("/data/log-start-offset-checkpoint"), "0\n1\norders 0 8\n") << seed;
        again->reset();
        ASSERT_TRUE(files.remove_directory("/data").ok());
    }
}

// Whoever writes checkpoints has asked the partitions before: meanwhile one may have been deleted,
// and made anew. With the log start of the old one the records of the new one would be dropped.
TEST_F(LogDirectoryTest, ACheckpointThatComesLateSaysNothingOfAPartitionMadeAnew) {
    start();
    open_orders();
    append(5);
    ASSERT_TRUE(orders->delete_records({8}).ok());
    const PartitionCheckpoint late = orders->checkpoint();
    ASSERT_TRUE(directory->delete_partition(std::move(orders)).ok());

    ASSERT_TRUE(directory->write_checkpoints({late}).ok());
    EXPECT_EQ(text_of("/data/log-start-offset-checkpoint"), "0\n0\n");

    open_orders(Uuid{{9}});
    append(1);
    ASSERT_TRUE(directory->write_checkpoints({late}).ok());
    kill();
    start();
    open_orders(Uuid{{9}});
    EXPECT_EQ(orders->log_start_offset(), Offset{0});
    EXPECT_EQ(orders->log_end_offset(), Offset{2});
}

// What a crash leaves of a topic that was being deleted: its name must work again.
TEST_F(LogDirectoryTest, AFolderOfAnotherTopicIdIsSetAsideAndNothingIsInherited) {
    start();
    std::string aside;
    directory->on_set_aside([&](const std::string& path) { aside = path; });
    open_orders();
    append(5);
    ASSERT_TRUE(orders->delete_records({8}).ok());
    ASSERT_TRUE(directory->write_checkpoints({orders->checkpoint()}).ok());
    orders.reset();

    open_orders(Uuid{{7}});

    EXPECT_EQ(orders->log_start_offset(), Offset{0});
    EXPECT_EQ(orders->log_end_offset(), Offset{0});
    append(1);
    EXPECT_THAT(aside, testing::MatchesRegex("/data/orders-0\\.[0-9a-f]*-stray"));
    EXPECT_TRUE(files.exists(aside + "/00000000000000000000.log"));
    kill();
    start();
    EXPECT_THAT(directory->found(), ElementsAre(kOrders));
    open_orders(Uuid{{7}});
    EXPECT_EQ(orders->log_end_offset(), Offset{2});
}

TEST_F(LogDirectoryTest, OnlyPartitionsFoldersAreFound) {
    for (const char* name : {"a-0", "a-b-12", "a-b-0.0123-delete", "no_number-", "-5", "a-x",
                             "__cluster_metadata-0", "a-99999999999"}) {
        ASSERT_TRUE(files.create_directory(std::string("/data/") + name).ok());
    }
    start();

    EXPECT_THAT(directory->found(),
                ElementsAre(TopicPartition{"a", {0}}, TopicPartition{"a-b", {12}}));
    EXPECT_THAT(directory->take_removals(), ElementsAre("/data/a-b-0.0123-delete"));
}

TEST_F(LogDirectoryTest, ADamagedCheckpointStopsTheStartWithItsName) {
    start();
    kill();
    ASSERT_TRUE(write_file_atomically(files, "/data/log-start-offset-checkpoint",
                                      as_bytes("0\n2\norders 0 5\n"), Durability::Synced));

    EXPECT_THAT(LogDirectory::open(files, "/data", kNode).error().message,
                HasSubstr("log-start-offset-checkpoint"));
}

// The process dies in every step of a life with creation, deletion, checkpoints and a clean stop.
TEST_F(LogDirectoryTest, DyingAtAnyStepLeavesADirectoryThatOpensWithAllThatWasAcknowledged) {
    for (int step = 0; step < 200; ++step) {
        MemoryFileSystem disk;
        disk.die_at_step(step);
        std::int64_t acknowledged = 0;
        bool deleted = false;
        {
            auto opened = LogDirectory::open(disk, "/data", kNode);
            std::unique_ptr<Partition> partition;
            if (opened) {
                auto made = (*opened)->open_partition(kOrders, kTopicId, {}, kExpirationMs, kNow);
                if (made) partition = made.take();
                (void)(*opened)->finish_recovery().ok();
            }
            if (partition) {
                partition->become_leader({0});
                for (int i = 0; i < 3; ++i) {
                    Bytes batch = make_batch({.records = 1});
                    if (partition->append_as_leader(batch, {}, kNow).ok()) ++acknowledged;
                }
                (void)(*opened)->write_checkpoints({partition->checkpoint()}).ok();
                if (step % 2 == 0) {
                    deleted = (*opened)->delete_partition(std::move(partition)).ok();
                } else if (partition->close()) {
                    (void)(*opened)->close({partition->checkpoint()}, BrokerEpoch{5}).ok();
                }
            }
        }
        const bool died = disk.is_dead();
        const bool folder_made = disk.exists("/data/orders-0");
        disk.kill_process();

        auto again = LogDirectory::open(disk, "/data", kNode);
        ASSERT_TRUE(again.ok()) << step << again.error().message;
        EXPECT_EQ((*again)->found().empty(), !folder_made) << step;
        EXPECT_FALSE(deleted && folder_made);
        auto partition = (*again)->open_partition(kOrders, kTopicId, {}, kExpirationMs, kNow);
        ASSERT_TRUE(partition.ok()) << step << partition.error().message;
        ASSERT_EQ((*partition)->log_end_offset(), Offset{deleted ? 0 : acknowledged}) << step;
        if (!died && step % 2 == 1) return;
    }
    FAIL() << "the steps never ended";
}

}  // namespace
}  // namespace kafka::storage
