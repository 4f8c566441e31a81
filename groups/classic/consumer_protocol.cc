#include "groups/classic/consumer_protocol.h"

#include <algorithm>

#include "protocol/decoder.h"
#include "protocol/encoder.h"

namespace kafka::groups {
namespace {

template <class T>
std::optional<T> read(const Bytes& bytes) {
    Decoder decoder(bytes);
    const auto version = decoder.integer<std::int16_t>();
    if (decoder.failed() || version < 0) return std::nullopt;
    // A later version only adds fields at the end.
    T message;
    decode(decoder, message, std::min(version, T::kMaxVersion));
    if (decoder.failed()) return std::nullopt;
    return message;
}

template <class Topics>
TopicPartitions by_id(const Topics& topics, const Metadata& metadata) {
    TopicPartitions result;
    for (const auto& topic : topics) {
        TopicInfo info;
        if (topic.partitions.empty() || !metadata.find_topic(topic.topic, info)) continue;
        auto& partitions = result[info.id];
        partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
        std::ranges::sort(partitions);
        partitions.erase(std::unique(partitions.begin(), partitions.end()), partitions.end());
    }
    return result;
}

}  // namespace

std::optional<ConsumerProtocolSubscription> read_subscription(const Bytes& metadata) {
    return read<ConsumerProtocolSubscription>(metadata);
}

std::optional<ConsumerProtocolAssignment> read_assignment(const Bytes& assignment) {
    return read<ConsumerProtocolAssignment>(assignment);
}

Bytes write_assignment(const TopicPartitions& partitions, const Bytes& subscription,
                       const Metadata& metadata) {
    ConsumerProtocolAssignment assignment;
    assignment.user_data.reset();
    for (const auto& [id, indexes] : partitions) {
        TopicInfo topic;
        if (!metadata.find_topic(id, topic)) continue;
        assignment.assigned_partitions.push_back({std::string(topic.name), indexes});
    }
    Decoder decoder(subscription);
    const auto asked = decoder.integer<std::int16_t>();
    const std::int16_t version =
        std::clamp<std::int16_t>(asked, 0, ConsumerProtocolAssignment::kMaxVersion);
    Encoder encoder;
    encoder.integer(version);
    encode(encoder, assignment, version);
    CHECK(!encoder.failed(), "an assignment fits into an answer");
    return {encoder.bytes().begin(), encoder.bytes().end()};
}

TopicPartitions owned_in(const ConsumerProtocolSubscription& subscription,
                         const Metadata& metadata) {
    return by_id(subscription.owned_partitions, metadata);
}

TopicPartitions assigned_in(const ConsumerProtocolAssignment& assignment,
                            const Metadata& metadata) {
    return by_id(assignment.assigned_partitions, metadata);
}

}  // namespace kafka::groups
