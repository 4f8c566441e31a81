// The controller: what it acknowledged is there after any crash, decisions that wait share a sync,
// and a disk that fails is told to everybody.
#include "cluster/controller.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "storage/memory_file_system.h"
#include "tests/cluster/decision_support.h"

namespace kafka::cluster {
namespace {

// A broker of one thread: the disk answers at once, or when the test lets it.
class TestHost : public ControllerHost {
  public:
    Task<Result<Done>> block(const std::function<Result<Done>()>& work) override {
        ++blocked;
        Hold gate{*this};
        if (hold) co_await gate;
        co_return work();
    }
    Task<void> publish(const MetadataRecords& records) override {
        replay(shard_image, records);
        co_return;
    }
    void release() {
        hold = false;
        std::exchange(held_, {}).resume();
    }

    bool hold = false;
    int blocked = 0;
    Image shard_image;

  private:
    struct Hold {
        TestHost& host;
        bool await_ready() const { return false; }
        void await_suspend(std::coroutine_handle<> handle) { host.held_ = handle; }
        void await_resume() const {}
    };
    std::coroutine_handle<> held_;
};

struct Node {
    explicit Node(storage::FileSystem& files) {
        auto loaded = MetadataLog::open(files, "/data", {1});
        if (!loaded) return;
        controller.emplace(loaded.take(), statics, host, clock, new_uuid);
        started = controller->start(registration_of(1)).ok();
        host.shard_image = controller->image();
    }

    StaticConfigs statics;
    ManualClock clock;
    UuidSource new_uuid = [] { return Uuid::random(); };
    TestHost host;
    std::optional<Controller> controller;
    bool started = false;
};

template <class T>
T run(Task<T> task) {
    task.start(nullptr, nullptr);
    EXPECT_TRUE(task.done());
    return task.take();
}

ErrorCode create(Node& node, std::string name) {
    auto response =
        run(node.controller->create_topics(creation_of({topic_to_create(std::move(name))})));
    return response.topics.at(0).error_code;
}

TEST(Controller, ANewClusterIsBootstrappedAndItsBrokerRegistered) {
    storage::MemoryFileSystem files;

    Node node(files);

    const Image& image = node.controller->image();
    EXPECT_EQ(image.feature_level("metadata.version"), 30);
    ASSERT_NE(image.find_broker({1}), nullptr);
    EXPECT_EQ(image.find_broker({1})->epoch, node.controller->broker_epoch());
    EXPECT_EQ(image.config_of(ConfigResourceType::Broker, "").at("min.insync.replicas"), "1");
    EXPECT_EQ(node.host.blocked, 1) << "one sync for all of it";
}

TEST(Controller, WhatWasCreatedIsPublishedAndSurvivesARestart) {
    storage::MemoryFileSystem files;
    {
        Node node(files);
        EXPECT_EQ(create(node, "orders"), ErrorCode::NONE);
        EXPECT_NE(node.host.shard_image.topics.find("orders"), nullptr);
        EXPECT_EQ(node.host.shard_image, node.controller->image());
    }

    Node again(files);

    const Topic* topic = again.controller->image().topics.find("orders");
    ASSERT_NE(topic, nullptr);
    EXPECT_EQ(topic->partitions.at(0).leader_epoch, LeaderEpoch{1});
    EXPECT_EQ(create(again, "orders"), ErrorCode::TOPIC_ALREADY_EXISTS);
}

TEST(Controller, DecisionsThatWaitShareOneSync) {
    storage::MemoryFileSystem files;
    Node node(files);
    node.host.hold = true;
    const int before = node.host.blocked;

    auto first = node.controller->create_topics(creation_of({topic_to_create("a")}));
    auto second = node.controller->create_topics(creation_of({topic_to_create("b")}));
    auto third = node.controller->create_topics(creation_of({topic_to_create("b")}));
    first.start(nullptr, nullptr);
    second.start(nullptr, nullptr);
    third.start(nullptr, nullptr);
    EXPECT_FALSE(first.done());
    EXPECT_FALSE(second.done());
    EXPECT_EQ(node.host.shard_image.topics.size(), 0u) << "not before it is on disk";
    node.host.release();

    ASSERT_TRUE(first.done() && second.done() && third.done());
    EXPECT_EQ(first.take().topics.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(second.take().topics.at(0).error_code, ErrorCode::NONE);
    EXPECT_EQ(third.take().topics.at(0).error_code, ErrorCode::TOPIC_ALREADY_EXISTS);
    EXPECT_EQ(node.host.blocked, before + 2) << "the first one's, and one for the others";
    EXPECT_TRUE(node.controller->idle());
}

TEST(Controller, ProducerIdsAreNeverGivenTwice) {
    storage::MemoryFileSystem files;
    std::set<ProducerId> given;
    for (int life = 0; life < 3; ++life) {
        Node node(files);
        for (int i = 0; i < 1500; ++i) {
            const auto id = run(node.controller->next_producer_id());
            ASSERT_TRUE(id.ok());
            EXPECT_TRUE(given.insert(*id).second);
        }
        for (int i = 0; i < 15; ++i) {
            const auto several = run(node.controller->next_producer_ids(300));
            ASSERT_TRUE(several.ok() && several->count > 0 && several->count <= 300);
            for (std::int32_t id = 0; id < several->count; ++id) {
                EXPECT_TRUE(given.insert(several->first + id).second);
            }
        }
    }
}

TEST(Controller, AFailingDiskIsToldAndNothingIsPromisedAfterwards) {
    storage::MemoryFileSystem files;
    Node node(files);
    files.fail(storage::MemoryFileSystem::Call::Sync, "__cluster_metadata-0");

    EXPECT_EQ(create(node, "a"), ErrorCode::KAFKA_STORAGE_ERROR);
    EXPECT_EQ(create(node, "b"), ErrorCode::KAFKA_STORAGE_ERROR);

    EXPECT_TRUE(node.controller->failed());
    EXPECT_EQ(node.host.shard_image.topics.size(), 0u);
}

TEST(Controller, AValueThatIsTooLongIsRefusedAndHurtsNobodyElse) {
    storage::MemoryFileSystem files;
    Node node(files);
    auto topic = topic_to_create("a");
    topic.configs.emplace_back().name = "follower.replication.throttled.replicas";
    std::string replicas = "0:1";
    for (int i = 1; i < 10'000; ++i) replicas.append(",").append(std::to_string(i)).append(":1");
    topic.configs.back().value = replicas;

    const auto response = run(node.controller->create_topics(creation_of({topic})));

    EXPECT_EQ(response.topics.at(0).error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_EQ(create(node, "b"), ErrorCode::NONE);
}

TEST(Controller, TheLogIsReplacedByASnapshotWhenItHasGrown) {
    storage::MemoryFileSystem files;
    {
        Node node(files);
        node.statics.values["metadata.log.max.record.bytes.between.snapshots"] = "1000";
        for (int i = 0; i < 50; ++i) {
            ASSERT_EQ(create(node, "t" + std::to_string(i)), ErrorCode::NONE);
        }
        EXPECT_FALSE(files.exists("/data/__cluster_metadata-0/00000000000000000000.log"));
    }

    Node again(files);

    EXPECT_EQ(again.controller->image().topics.size(), 50u);
}

// Creates topics until the process dies; returns those that were acknowledged.
std::set<std::string> create_until_dead(storage::MemoryFileSystem& files) {
    std::set<std::string> acknowledged;
    Node node(files);
    if (!node.started) return acknowledged;
    node.statics.values["metadata.log.max.record.bytes.between.snapshots"] = "1500";
    for (int i = 0; i < 8; ++i) {
        const std::string name = "t" + std::to_string(i);
        if (create(node, name) != ErrorCode::NONE) break;
        acknowledged.insert(name);
    }
    return acknowledged;
}

class ControllerCrash : public testing::TestWithParam<bool> {};

TEST_P(ControllerCrash, AtEveryStepLosesNothingAcknowledged) {
    storage::MemoryFileSystem unharmed;
    create_until_dead(unharmed);
    const int steps = unharmed.steps();
    ASSERT_GT(steps, 20);

    for (int step = 0; step < steps; ++step) {
        storage::MemoryFileSystem files;
        files.die_at_step(step);
        const std::set<std::string> acknowledged = create_until_dead(files);
        if (GetParam()) {
            files.lose_power(static_cast<std::uint64_t>(step));
        } else {
            files.kill_process();
        }

        Node survivor(files);
        ASSERT_TRUE(survivor.started) << "died at step " << step;
        for (const std::string& name : acknowledged) {
            EXPECT_NE(survivor.controller->image().topics.find(name), nullptr)
                << name << ", died at step " << step;
        }
        EXPECT_EQ(create(survivor, "after"), ErrorCode::NONE) << "died at step " << step;
        const Topics topics = survivor.controller->image().topics;

        Node again(files);
        ASSERT_TRUE(again.started);
        EXPECT_EQ(again.controller->image().topics.ids(), topics.ids());
    }
}

INSTANTIATE_TEST_SUITE_P(Ways, ControllerCrash, testing::Bool(), [](const auto& name) {
    return name.param ? "PowerIsLost" : "ProcessIsKilled";
});

}  // namespace
}  // namespace kafka::cluster
