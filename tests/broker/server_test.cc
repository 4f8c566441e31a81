// What a client sees on the socket: whole answers, in order, or a closed connection.
#include <gtest/gtest.h>

#include <thread>

#include "protocol/gen/api_versions.h"
#include "protocol/gen/find_coordinator.h"
#include "tests/broker/server_fixture.h"

namespace kafka::broker {
namespace {

Bytes api_versions(std::int16_t version, std::int32_t correlation_id) {
    return frame_of(
        ApiVersionsRequest{.client_software_name = "test", .client_software_version = "1.0"},
        version, correlation_id);
}

Bytes find_coordinator(std::int32_t correlation_id) {
    return frame_of(FindCoordinatorRequest{.key = {}, .key_type = 0, .coordinator_keys = {"g"}}, 4,
                    correlation_id);
}

void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

// The broker still answers somebody new.
void expect_alive(TestBroker& broker) {
    SocketClient client = broker.connect();
    client.send(api_versions(0, 77));
    const auto answer = client.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(correlation_id_of(*answer), 77);
}

TEST(Server, ListsExactlyTheServedApisInApiVersions) {
    TestBroker broker;
    SocketClient client = broker.connect();

    client.send(api_versions(3, 5));
    auto answer = client.receive();

    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(correlation_id_of(*answer), 5);
    const auto response = decode_answer<ApiVersionsResponse>(*answer, 3, 4);
    EXPECT_EQ(response.error_code, ErrorCode::NONE);
    for (const auto& api : response.api_keys) {
        const bool is_itself = api.api_key == ApiVersionsRequest::kApiKey;
        if (is_itself) {
            EXPECT_EQ(api.max_version, 4);
        }
    }
    ASSERT_EQ(response.supported_features.size(), 1U);
    EXPECT_EQ(response.supported_features[0].name, "metadata.version");
}

TEST(Server, AnswersAnUnknownVersionOfApiVersionsInVersionZero) {
    TestBroker broker;
    SocketClient client = broker.connect();

    client.send(frame_of(ApiVersionsRequest{}, 4, 1));
    client.receive();
    Bytes from_the_future = api_versions(4, 9);
    store_be<std::int16_t>(from_the_future.data() + 6, 99);
    client.send(from_the_future);
    auto answer = client.receive();

    ASSERT_TRUE(answer.has_value());
    const auto response = decode_answer<ApiVersionsResponse>(*answer, 0, 4);
    EXPECT_EQ(response.error_code, ErrorCode::UNSUPPORTED_VERSION);
    const ApiVersionsResponse::ApiVersion range{.api_key = 18, .min_version = 0, .max_version = 4};
    EXPECT_EQ(response.api_keys, std::vector{range});
}

TEST(Server, RefusesSoftwareNamesThatAreNoWords) {
    TestBroker broker;
    SocketClient client = broker.connect();

    client.send(frame_of(
        ApiVersionsRequest{.client_software_name = "-test", .client_software_version = "1"}, 3, 1));
    auto answer = client.receive();

    ASSERT_TRUE(answer.has_value());
    const auto response = decode_answer<ApiVersionsResponse>(*answer, 3, 4);
    EXPECT_EQ(response.error_code, ErrorCode::INVALID_REQUEST);
    EXPECT_TRUE(response.api_keys.empty());
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
    TestBroker broker;
    SocketClient client = broker.connect();
    Bytes requests;
    for (std::int32_t i = 0; i < 1000; ++i) {
        append(requests, i % 3 == 0 ? find_coordinator(i) : api_versions(3, i));
    }

    client.send(requests);

    for (std::int32_t i = 0; i < 1000; ++i) {
        const auto answer = client.receive();
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(correlation_id_of(*answer), i);
    }
}

TEST(Server, AnswersARequestThatComesByteByByte) {
    TestBroker broker;
    SocketClient client = broker.connect();
    Bytes requests = find_coordinator(1);
    append(requests, api_versions(0, 2));

    for (const std::uint8_t byte : requests) client.send({&byte, 1});

    EXPECT_EQ(correlation_id_of(client.receive().value()), 1);
    EXPECT_EQ(correlation_id_of(client.receive().value()), 2);
}

TEST(Server, AnswersARequestThatIsBiggerThanAnyBuffer) {
    TestBroker broker;
    SocketClient client = broker.connect();
    FindCoordinatorRequest big;
    for (int i = 0; i < 200; ++i) big.coordinator_keys.emplace_back(20'000, 'k');
    Bytes requests = frame_of(big, 4, 1);
    append(requests, find_coordinator(2));

    client.send(requests);

    const auto answer = client.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(correlation_id_of(*answer), 1);
    EXPECT_GT(answer->size(), 200U * 20'000);
    EXPECT_EQ(correlation_id_of(client.receive().value()), 2);
}

TEST(Server, HoldsBackAClientThatDoesNotReadItsAnswers) {
    TestBroker broker;
    SocketClient slow = broker.connect();
    FindCoordinatorRequest big;
    for (int i = 0; i < 100; ++i) big.coordinator_keys.emplace_back(10'000, 'k');
    constexpr std::int32_t kRequests = 40;  // 40 MB of answers, more than sockets hold

    std::thread sender([&slow, &big] {
        for (std::int32_t i = 0; i < kRequests; ++i) slow.send(frame_of(big, 4, i));
    });
    expect_alive(broker);

    for (std::int32_t i = 0; i < kRequests; ++i) {
        const auto answer = slow.receive();
        ASSERT_TRUE(answer.has_value());
        ASSERT_EQ(correlation_id_of(*answer), i);
    }
    sender.join();
}

TEST(Server, AnswersWhatCameBeforeTheClientStoppedSending) {
    TestBroker broker;
    SocketClient client = broker.connect();
    Bytes requests = find_coordinator(1);
    append(requests, find_coordinator(2));

    client.send(requests);
    client.finish_sending();

    EXPECT_EQ(correlation_id_of(client.receive().value()), 1);
    EXPECT_EQ(correlation_id_of(client.receive().value()), 2);
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, ClosesAfterAnAnswerWhenTheNextRequestIsUnreadable) {
    TestBroker broker;
    SocketClient client = broker.connect();
    Bytes requests = find_coordinator(1);
    Bytes cut = find_coordinator(2);
    cut.pop_back();
    store_be(cut.data(), static_cast<std::int32_t>(cut.size() - 4));
    append(requests, cut);

    client.send(requests);

    EXPECT_EQ(correlation_id_of(client.receive().value()), 1);
    EXPECT_TRUE(client.is_closed());
    expect_alive(broker);
}

struct Nonsense {
    const char* name;
    std::string bytes;
};
class ServerNonsense : public testing::TestWithParam<Nonsense> {};

TEST_P(ServerNonsense, ClosesTheConnectionAndNothingElse) {
    TestBroker broker;
    SocketClient client = broker.connect();

    client.send(GetParam().bytes);

    EXPECT_TRUE(client.is_closed());
    expect_alive(broker);
}

INSTANTIATE_TEST_SUITE_P(
    All, ServerNonsense,
    testing::Values(
        Nonsense{"Http", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"},
        Nonsense{"TlsClientHello", std::string("\x16\x03\x01\x02\x00\x01\x00", 7)},
        Nonsense{"NegativeLength", std::string("\xff\xff\xff\xff", 4)},
        Nonsense{"LengthBeyondTheLimit", std::string("\x7f\xff\xff\xff", 4)},
        Nonsense{"EmptyFrame", std::string(4, '\0')},
        Nonsense{"UnknownApi", std::string("\0\0\0\x0c\x7f\xff\0\0\0\0\0\1\xff\xff\0\0", 16)},
        Nonsense{"UnsupportedVersion", std::string("\0\0\0\x0a\0\x0a\0\x63\0\0\0\1\xff\xff", 14)}),
    [](const auto& test) { return test.param.name; });

TEST(Server, TakesARequestOfExactlyTheLimit) {
    const Bytes request = find_coordinator(3);
    const auto size = request.size() - 4;
    TestBroker exact(Settings{{"socket.request.max.bytes", std::to_string(size)}});
    TestBroker tight(Settings{{"socket.request.max.bytes", std::to_string(size - 1)}});
    SocketClient admitted = exact.connect();
    SocketClient refused = tight.connect();

    admitted.send(request);
    refused.send(request);

    EXPECT_TRUE(admitted.receive().has_value());
    EXPECT_TRUE(refused.is_closed());
}

TEST(Server, ClosesConnectionsBeyondTheLimitOfAnAddress) {
    TestBroker broker(Settings{{"max.connections.per.ip", "2"}});
    SocketClient first = broker.connect();
    SocketClient second = broker.connect();
    SocketClient third = broker.connect();

    EXPECT_TRUE(third.is_closed());
    first.send(find_coordinator(1));
    second.send(find_coordinator(2));
    EXPECT_TRUE(first.receive().has_value());
    EXPECT_TRUE(second.receive().has_value());
}

TEST(Server, LetsConnectionsBeyondMaxConnectionsWaitForAPlace) {
    TestBroker broker(Settings{{"max.connections", "1"}});
    auto first = std::make_unique<SocketClient>(broker.port());
    first->send(find_coordinator(1));
    EXPECT_TRUE(first->receive().has_value());
    SocketClient second = broker.connect();
    second.send(find_coordinator(2));

    first.reset();

    EXPECT_EQ(correlation_id_of(second.receive().value()), 2);
}

TEST(Server, ClosesIdleConnections) {
    TestBroker broker(Settings{{"connections.max.idle.ms", "50"}});
    SocketClient client = broker.connect();
    client.send(find_coordinator(1));

    EXPECT_TRUE(client.receive().has_value());
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, ListensOnBothLoopbackAddressesOfLocalhost) {
    TestBroker broker(Settings{{"listeners", "PLAINTEXT://localhost:0"}});

    const auto bound = broker.broker().bound();

    ASSERT_GE(bound.size(), 1U);
    EXPECT_EQ(bound[0].address.host, "127.0.0.1");
    for (const auto& each : bound) EXPECT_EQ(each.address.port, bound[0].address.port);
    expect_alive(broker);
}

TEST(Server, StopsWithConnectionsOpen) {
    auto broker = std::make_unique<TestBroker>();
    SocketClient client = broker->connect();
    client.send(find_coordinator(1));
    EXPECT_TRUE(client.receive().has_value());

    broker.reset();

    EXPECT_TRUE(client.is_closed());
}

TEST(Server, SaysWhyItCannotListen) {
    TestBroker broker;
    const std::string taken = "PLAINTEXT://127.0.0.1:" + std::to_string(broker.port());

    try {
        TestBroker second(Settings{{"listeners", taken}});
        FAIL() << "two brokers have the same port";
    } catch (const ConfigError& error) {
        EXPECT_STREQ(error.what(), ("listeners: cannot listen on " + taken +
                                    ": the port is in use; stop who has it, or choose another")
                                       .c_str());
    }
}

}  // namespace
}  // namespace kafka::broker
