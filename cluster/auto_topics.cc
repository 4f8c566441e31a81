#include "cluster/auto_topics.h"

#include <algorithm>
#include <utility>

#include "cluster/effective_config.h"

namespace kafka::cluster {
namespace {

// The broker keys that begin with this say how large the internal topic is.
std::string_view key_prefix(std::string_view topic) {
    if (topic == "__consumer_offsets") return "offsets.topic";
    if (topic == "__transaction_state") return "transaction.state.log";
    return "share.coordinator.state.topic";
}

void add_config(CreateTopicsRequest::Topic& topic, std::string_view name, std::string value) {
    auto& config = topic.configs.emplace_back();
    config.name = name;
    config.value = std::move(value);
}

}  // namespace

CreateTopicsRequest::Topic auto_topic(std::string name, const Image& image,
                                      const StaticConfigs& statics) {
    CreateTopicsRequest::Topic topic;
    topic.name = std::move(name);
    topic.num_partitions = -1;
    topic.replication_factor = -1;
    if (!is_internal_topic(topic.name)) return topic;

    const std::string prefix(key_prefix(topic.name));
    const auto number = [&](std::string_view rest) {
        return broker_number(prefix + std::string(rest), image, statics);
    };
    topic.num_partitions = static_cast<std::int32_t>(number(".num.partitions"));
    // Unlike Kafka: with fewer brokers than the default of three, as many as there are. A single
    // node would otherwise have no groups until it is configured.
    const auto brokers = static_cast<std::int64_t>(image.brokers.size());
    topic.replication_factor =
        static_cast<std::int16_t>(std::min(number(".replication.factor"), brokers));
    add_config(topic, "cleanup.policy", "compact");
    add_config(topic, "segment.bytes", std::to_string(number(".segment.bytes")));
    if (topic.name == "__consumer_offsets") {
        add_config(topic, "compression.type", "producer");
        return topic;
    }
    add_config(topic, "compression.type", "uncompressed");
    const std::int64_t min_isr =
        std::min<std::int64_t>(number(".min.isr"), topic.replication_factor);
    add_config(topic, "min.insync.replicas", std::to_string(min_isr));
    if (topic.name == "__transaction_state") {
        add_config(topic, "unclean.leader.election.enable", "false");
    }
    return topic;
}

}  // namespace kafka::cluster
