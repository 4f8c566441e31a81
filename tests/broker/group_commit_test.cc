// A sync that is on its way when the broker stops: how producers share one is in produce_ack_test.
#include "broker/group_commit.h"

#include <gtest/gtest.h>

#include <thread>

#include "protocol/gen/create_topics.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/broker/server_fixture.h"
#include "tests/support/gated_file_system.h"

namespace kafka::broker {
namespace {

// The topic's id; every record that is appended begins a sync.
Uuid create_flushing_topic(SocketClient& client) {
    CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = "orders";
    topic.num_partitions = 1;
    topic.replication_factor = 1;
    topic.configs.push_back({"flush.messages", "1"});
    request.timeout_ms = 10'000;
    client.send(frame_of(request, 7, 1));
    auto answer = client.receive();
    return decode_answer<CreateTopicsResponse>(*answer, 7, 5).topics.at(0).topic_id;
}

TEST(GroupCommit, ASyncOnItsWayIsWaitedForBeforeTheLogsAreClosed) {
    storage::GatedFileSystem files;
    const SystemClock clock;
    Broker broker(config_of({}), clock, files, 2);
    broker.start();
    SocketClient client(broker.bound().front().address.port);
    const Uuid id = create_flushing_topic(client);
    const int syncs_before = files.syncs();
    files.close_gate();
    const ProduceBuilder produce = ProduceBuilder(1).topic(id).add(0, batch());
    client.send(frame_of(produce.request(), 13, 2));
    auto answer = client.receive();
    EXPECT_EQ(decode_answer<ProduceResponse>(*answer, 13, 5).responses.at(0).partition_responses,
              std::vector{appended(0, 0)});
    ASSERT_TRUE(files.await_syncs(syncs_before + 1));

    std::thread stopper([&broker] { broker.stop(); });
    EXPECT_FALSE(files.exists("/data/.kafka_cleanshutdown"));
    files.open_gate();
    stopper.join();

    EXPECT_TRUE(files.exists("/data/.kafka_cleanshutdown"));
}

}  // namespace
}  // namespace kafka::broker
