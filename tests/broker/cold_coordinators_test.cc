// Coordinators whose logs are not in the page cache, as after a reboot: loaded as ever, while their
// shards serve others.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "broker/groups/group_shard.h"
#include "protocol/gen/create_topics.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/offset_commit.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/broker/server_fixture.h"
#include "tests/support/cold_file_system.h"
#include "tests/support/offset_requests.h"

namespace kafka::broker {
namespace {

OffsetCommitRequest commit_of(const std::string& group, std::int64_t offset, std::string metadata) {
    OffsetCommitRequest request;
    request.group_id = group;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = {0};
    partition.committed_offset = {offset};
    partition.committed_metadata = std::move(metadata);
    return request;
}

struct Committed {
    ErrorCode error = ErrorCode::NONE;
    std::int64_t offset = -1;

    bool operator==(const Committed&) const = default;
};
const Committed kLoading{ErrorCode::COORDINATOR_LOAD_IN_PROGRESS};

Committed committed_in(const OffsetFetchResponse& response) {
    const auto& group = response.groups.at(0);
    if (group.error_code != ErrorCode::NONE) return {group.error_code};
    return {ErrorCode::NONE, group.topics.at(0).partitions.at(0).committed_offset.value};
}

class ColdCoordinators : public testing::Test {
  protected:
    static constexpr std::int32_t kPartitions = 4;
    static constexpr int kGroups = 12;
    static constexpr int kCommits = 30;

    ColdCoordinators() {
        storage::LogConfig config;
        config.segment_bytes = 4000;
        config.index_interval_bytes = 200;
        offsets_ = shards_.create_topic(files_, std::string(kOffsetsTopic), kPartitions, config);
        orders_ = shards_.create_topic("orders", 2);
        tell_coordinators();
        for (int i = 0; i < kCommits; ++i) {
            for (int g = 0; g < kGroups; ++g) {
                const auto request = commit_of(name_of(g), 100 * g + i, std::string(100, 'm'));
                const auto answer = shards_.ask(request, 8);
                CHECK(answer.topics.at(0).partitions.at(0).error_code == ErrorCode::NONE, "commit");
            }
        }
    }

    static std::string name_of(int group) { return "group-" + std::to_string(group); }
    Shard& shard(std::uint32_t index) { return shards_.shards().at(ShardId{index}); }
    void tell_coordinators() {
        for (const std::uint32_t i : {0U, 1U}) shard(i).groups().metadata_changed(true);
    }
    // The state goes, and comes back from the log.
    void load_again() {
        for (std::int32_t p = 0; p < kPartitions; ++p) {
            storage::Partition& partition = shards_.partition(offsets_, p);
            partition.become_follower(LeaderEpoch{partition.leader_epoch().value + 1});
            partition.become_leader(LeaderEpoch{partition.leader_epoch().value + 1});
        }
        tell_coordinators();
    }
    bool is_loading() {
        const auto nothing = [](const groups::GroupCoordinator&) {};
        return shard(0).groups().for_each(nothing) != ErrorCode::NONE ||
               shard(1).groups().for_each(nothing) != ErrorCode::NONE;
    }
    void run_with_the_pool() {
        shards_.shards().reading_pool().finish_jobs();
        shards_.run();
    }
    std::vector<Committed> committed() {
        std::vector<Committed> all;
        for (int g = 0; g < kGroups; ++g) {
            all.push_back(committed_in(shards_.ask(fetch_of(name_of(g)), 8)));
        }
        return all;
    }
    void delete_offsets_topic() {
        for (std::int32_t p = 0; p < kPartitions; ++p) shards_.close_partition(offsets_, p);
        for (const std::uint32_t i : {0U, 1U}) {
            cluster::replay(shard(i).image_for_replay(), RemoveTopicRecord{.topic_id = offsets_});
        }
        tell_coordinators();
    }

    storage::ColdFileSystem files_;
    TestShards shards_{2};
    Uuid offsets_;
    Uuid orders_;
};

TEST_F(ColdCoordinators, AreLoadedWholeWhileTheirShardsServeOthers) {
    const std::vector<Committed> before = committed();
    files_.drop_caches();
    files_.hold_fetches();

    load_again();

    EXPECT_EQ(committed(), std::vector<Committed>(kGroups, kLoading));
    for (const std::int32_t p : {0, 1}) {
        const ProduceBuilder produce = ProduceBuilder().topic(orders_).add(p, batch());
        const auto answer = shards_.ask(produce.request(), 13);
        EXPECT_EQ(answer.responses.at(0).partition_responses.at(0), appended(p, 0));
    }
    files_.release_fetches();
    while (is_loading()) run_with_the_pool();
    EXPECT_EQ(committed(), before);
    EXPECT_EQ(committed().back(), (Committed{ErrorCode::NONE, 100 * (kGroups - 1) + kCommits - 1}));
    EXPECT_GT(files_.fetches(), 0);
    EXPECT_EQ(files_.stalls(), 0);
}

TEST_F(ColdCoordinators, ThatAreInThePageCacheAreLoadedAtOnce) {
    const std::vector<Committed> before = committed();

    load_again();

    EXPECT_FALSE(is_loading());
    EXPECT_EQ(committed(), before);
}

TEST_F(ColdCoordinators, WaitForTheDiskAfterAllWhenPagesArePushedOutBeforeTheyAreRead) {
    const std::vector<Committed> before = committed();
    files_.drop_caches();
    files_.forget_what_is_fetched();

    load_again();
    while (is_loading()) run_with_the_pool();

    EXPECT_EQ(committed(), before);
    EXPECT_GT(files_.stalls(), 0);
}

TEST_F(ColdCoordinators, AreForgottenWhenTheirTopicIsDeletedWhilePagesAreOnTheirWay) {
    files_.drop_caches();
    files_.hold_fetches();
    load_again();

    delete_offsets_topic();
    files_.release_fetches();
    run_with_the_pool();
    const int fetches = files_.fetches();
    run_with_the_pool();

    EXPECT_EQ(files_.fetches(), fetches);
    EXPECT_EQ(committed().at(0).error, ErrorCode::NOT_COORDINATOR);
}

// With a log of which opening it reads but a part.
class ColdStart : public testing::Test {
  protected:
    static constexpr int kCommits = 60;

    ColdStart() {
        Broker broker(config_of({}), clock_, files_, 2);
        broker.start();
        CreateTopicsRequest create;
        auto& topic = create.topics.emplace_back();
        topic.name = "orders";
        topic.num_partitions = 1;
        topic.replication_factor = 1;
        ask(broker, create, 7);
        const FindCoordinatorRequest find{.key = {}, .key_type = 0, .coordinator_keys = {"group"}};
        ask(broker, find, 4);
        for (int i = 0; i < kCommits; ++i) {
            const auto answer = ask(broker, commit_of("group", i, std::string(3000, 'm')), 9);
            CHECK(answer.topics.at(0).partitions.at(0).error_code == ErrorCode::NONE, "commit");
        }
        broker.stop();
    }

    template <class Request>
    static typename Request::Response ask(const Broker& broker, const Request& request,
                                          std::int16_t version) {
        SocketClient client(broker.bound().front().address.port);
        CHECK(client.send(frame_of(request, version, 1)), "the broker takes the request");
        auto answer = client.receive();
        CHECK(answer.has_value(), "the broker answers");
        const std::size_t header = version >= Request::kFirstFlexibleVersion ? 5 : 4;
        return decode_answer<typename Request::Response>(*answer, version, header);
    }
    static Committed committed(const Broker& broker) {
        return committed_in(ask(broker, fetch_of("group"), 8));
    }

    const SystemClock clock_;
    storage::ColdFileSystem files_;
};

TEST_F(ColdStart, ABrokerThatIsStoppedWhilePagesAreOnTheirWayWaitsForThem) {
    files_.drop_caches();
    files_.hold_fetches();
    auto broker = std::make_unique<Broker>(config_of({}), clock_, files_, 2);
    broker->start();
    EXPECT_EQ(committed(*broker), kLoading);

    std::thread stopper([&broker] { broker.reset(); });
    EXPECT_FALSE(files_.exists("/data/.kafka_cleanshutdown"));
    files_.release_fetches();
    stopper.join();

    EXPECT_TRUE(files_.exists("/data/.kafka_cleanshutdown"));
    Broker again(config_of({}), clock_, files_, 2);
    again.start();
    Committed found = committed(again);
    while (found == kLoading) found = committed(again);
    EXPECT_EQ(found, (Committed{ErrorCode::NONE, kCommits - 1}));
}

}  // namespace
}  // namespace kafka::broker
