// One request over a real socket, and its answer.
#pragma once

#include <string>
#include <utility>

#include "protocol/gen/create_topics.h"
#include "tests/broker/server_fixture.h"

namespace kafka::broker {

template <class Request>
typename Request::Response ask(const TestBroker& broker, const Request& request,
                               std::int16_t version = Request::kMaxStableVersion) {
    SocketClient client = broker.connect();
    CHECK(client.send(frame_of(request, version, 1)), "the broker takes the request");
    auto answer = client.receive();
    CHECK(answer.has_value(), "the broker answers");
    // A flexible header ends with the count of its tagged fields.
    const std::size_t header = version >= Request::kFirstFlexibleVersion ? 5 : 4;
    return decode_answer<typename Request::Response>(*answer, version, header);
}

// Of one replica; the id of the new topic.
inline Uuid create_topic(const TestBroker& broker, std::string name, std::int32_t partitions) {
    CreateTopicsRequest request;
    auto& topic = request.topics.emplace_back();
    topic.name = std::move(name);
    topic.num_partitions = partitions;
    topic.replication_factor = 1;
    const CreateTopicsResponse response = ask(broker, request);
    CHECK(response.topics.at(0).error_code == ErrorCode::NONE, "the topic can be created");
    return response.topics.at(0).topic_id;
}

}  // namespace kafka::broker
