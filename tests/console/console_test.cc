// The console over HTTP, in front of a whole broker.
#include "console/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/gen/create_topics.h"
#include "protocol/gen/find_coordinator.h"
#include "protocol/gen/offset_commit.h"
#include "tests/broker/handlers/produce_fixture.h"
#include "tests/broker/server_fixture.h"

namespace kafka::console {
namespace {

using broker::frame_of;
using broker::Settings;
using broker::TestBroker;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Settings kWithMetrics{{"metrics.listener", "127.0.0.1:0"}};

// Its answer, head and body; the connection is closed behind it.
std::string say(std::uint16_t port, const std::string& request) {
    SocketClient client(port);
    client.send(request);
    std::string answer;
    std::uint8_t byte;
    while (client.read_some(&byte, 1) == 1) answer += static_cast<char>(byte);
    return answer;
}
std::string get(const Console& console, const std::string& path) {
    return say(console.bound().front().port,
               "GET " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
}

class ConsoleTest : public testing::Test {
  protected:
    ConsoleTest() : broker_(kWithMetrics), console_(broker_.broker().shards(), {"127.0.0.1", 0}) {
        console_.start();
        console_.set_ready(true);
    }

    template <class Request>
    void ask(SocketClient& client, const Request& request, std::int16_t version) {
        client.send(frame_of(request, version, 1));
        ASSERT_TRUE(client.receive().has_value());
    }
    void create_orders(SocketClient& client) {
        CreateTopicsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.num_partitions = 2;
        topic.replication_factor = 1;
        request.timeout_ms = 10'000;
        ask(client, request, 4);
    }
    void produce(SocketClient& client, std::int32_t partition, int times) {
        for (int i = 0; i < times; ++i) {
            broker::ProduceBuilder builder(-1);
            builder.topic("orders").add(partition, broker::batch());
            ask(client, builder.request(), 8);
        }
    }
    void commit(SocketClient& client, std::int64_t offset) {
        FindCoordinatorRequest find;
        find.key = "readers";
        ask(client, find, 2);
        OffsetCommitRequest request;
        request.group_id = "readers";
        auto& topic = request.topics.emplace_back();
        topic.name = "orders";
        topic.partitions.emplace_back().committed_offset = {offset};
        ask(client, request, 7);
    }

    TestBroker broker_;
    Console console_;
};

TEST_F(ConsoleTest, IsHealthyWhenTheBrokerServes) {
    EXPECT_THAT(get(console_, "/health"), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(get(console_, "/health/ready"), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(get(console_, "/health/live"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ConsoleTest, IsAliveButNotReadyWhileTheBrokerStarts) {
    console_.set_ready(false);

    EXPECT_THAT(get(console_, "/health"), StartsWith("HTTP/1.1 503"));
    EXPECT_THAT(get(console_, "/health/live"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ConsoleTest, CountsWhatGoesThroughTheBroker) {
    SocketClient client = broker_.connect();
    create_orders(client);
    produce(client, 0, 3);
    produce(client, 1, 2);
    produce(client, 7, 1);

    const std::string said = get(console_, "/metrics");

    EXPECT_THAT(said, HasSubstr("text/plain; version=0.0.4"));
    EXPECT_THAT(said, HasSubstr("\nkafka_server_brokertopicmetrics_messagesin_total 5\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_server_brokertopicmetrics_messagesin_total"
                                "{topic=\"orders\"} 5\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_network_requestmetrics_requests_total"
                                "{request=\"Produce\",version=\"8\"} 6\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_network_requestmetrics_errors_total"
                                "{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"} 1\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_network_requestmetrics_errors_total"
                                "{request=\"Produce\",error=\"NONE\"} 5\n"));
    EXPECT_THAT(said, HasSubstr("\nbarnabas_request_duration_seconds_count"
                                "{request=\"Produce\"} 6\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_server_replicamanager_partitioncount 2\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_log_log_logendoffset"
                                "{topic=\"orders\",partition=\"0\"} 3\n"));
    EXPECT_THAT(said, HasSubstr("_connection_count{listener=\"PLAINTEXT\",networkProcessor="));
    EXPECT_THAT(said, HasSubstr("\nprocess_resident_memory_bytes "));
}

TEST_F(ConsoleTest, TellsTheLagOfAGroup) {
    SocketClient client = broker_.connect();
    create_orders(client);
    produce(client, 0, 5);
    commit(client, 2);

    const std::string said = get(console_, "/metrics");

    EXPECT_THAT(said,
                HasSubstr("\nkafka_consumergroup_current_offset"
                          "{consumergroup=\"readers\",topic=\"orders\",partition=\"0\"} 2\n"));
    EXPECT_THAT(said,
                HasSubstr("\nkafka_consumergroup_lag"
                          "{consumergroup=\"readers\",topic=\"orders\",partition=\"0\"} 3\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_coordinator_group_groupmetadatamanager_numgroups 1\n"));
    EXPECT_THAT(said,
                HasSubstr("\nkafka_coordinator_group_groupmetadatamanager_numgroupsempty 1\n"));
    EXPECT_THAT(said, HasSubstr("\nkafka_server_group_coordinator_metrics_group_count"
                                "{protocol=\"classic\"} 1\n"));
}

TEST_F(ConsoleTest, AnswersSeveralRequestsOnOneConnection) {
    const std::string said =
        say(console_.bound().front().port,
            "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
            "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(said.substr(12), HasSubstr("HTTP/1.1 200"));
}

TEST_F(ConsoleTest, GivesTheHeadOfAPageWithoutItsBody) {
    const std::string said = say(console_.bound().front().port,
                                 "HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(said, AllOf(HasSubstr("200 OK"), HasSubstr("Content-Length: 8"),
                            Not(HasSubstr("healthy"))));
}

TEST_F(ConsoleTest, RefusesWhatIsNoPageOrWouldChangeSomething) {
    EXPECT_THAT(get(console_, "/admin"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(say(console_.bound().front().port,
                    "POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                    "Connection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 405"));
}

TEST_F(ConsoleTest, HangsUpOnWhatIsNoHttp) {
    EXPECT_EQ(say(console_.bound().front().port, "\x16\x03\x01 and so on\r\n\r\n"), "");
}

TEST_F(ConsoleTest, StopsWhileClientsAreConnected) {
    SocketClient idle(console_.bound().front().port);
    get(console_, "/metrics");

    console_.stop();

    EXPECT_TRUE(true);
}

TEST(ConsoleStart, SaysWhyItCannotListen) {
    TestBroker broker;
    const broker::Endpoint taken{"127.0.0.1", broker.port()};
    try {
        Console console(broker.broker().shards(), taken);
        FAIL() << "two cannot listen on one port";
    } catch (const broker::ConfigError& error) {
        EXPECT_THAT(error.what(), HasSubstr("metrics.listener: cannot listen on 127.0.0.1:"));
    }
}

}  // namespace
}  // namespace kafka::console
