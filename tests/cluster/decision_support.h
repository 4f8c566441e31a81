// A cluster of one broker, and short words for what the tests of decisions do to it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cluster/decisions.h"
#include "cluster/replay.h"

namespace kafka::cluster {

inline Uuid numbered_uuid(std::uint8_t number) {
    Uuid id;
    id.bytes[15] = number;
    return id;
}

// Ids 1, 2, 3, …
inline UuidSource counting_uuids() {
    return [next = std::uint8_t{0}]() mutable { return numbered_uuid(++next); };
}

inline BrokerRegistration registration_of(std::int32_t id) {
    return {
        .id = {id},
        .incarnation_id = numbered_uuid(200),
        .endpoints = {{"PLAINTEXT", "localhost", 9092, 0}},
        .rack = std::nullopt,
        .directories = {numbered_uuid(100)},
    };
}

// Bootstrapped, with broker 1.
inline Image new_cluster() {
    Image image;
    replay(image, bootstrap_records());
    replay(image, register_broker(image, registration_of(1), 9).records);
    return image;
}

inline CreateTopicsRequest::Topic topic_to_create(std::string name, std::int32_t partitions = 1,
                                                  std::int16_t replication_factor = 1) {
    CreateTopicsRequest::Topic topic;
    topic.name = std::move(name);
    topic.num_partitions = partitions;
    topic.replication_factor = replication_factor;
    return topic;
}

inline CreateTopicsRequest creation_of(std::vector<CreateTopicsRequest::Topic> topics) {
    CreateTopicsRequest request;
    request.topics = std::move(topics);
    return request;
}

// new_cluster() with these topics of two partitions each.
inline Image cluster_with(const std::vector<std::string>& names) {
    Image image = new_cluster();
    CreateTopicsRequest request;
    for (const std::string& name : names) request.topics.push_back(topic_to_create(name, 2));
    replay(image, create_topics(image, request, {}, counting_uuids()).records);
    return image;
}

}  // namespace kafka::cluster
