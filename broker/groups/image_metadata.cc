#include "broker/groups/image_metadata.h"

#include <charconv>

namespace kafka::broker {
namespace {

groups::TopicInfo info_of(const cluster::Topic& topic) {
    return {topic.name, topic.id, static_cast<std::int32_t>(topic.partitions.size())};
}

// Values were checked when they were set.
void read(const cluster::ConfigValues& values, std::string_view key, std::int32_t& setting) {
    const auto found = values.find(key);
    if (found == values.end()) return;
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), setting);
}

}  // namespace

bool ImageMetadata::find_topic(std::string_view name, groups::TopicInfo& found) const {
    const cluster::Topic* topic = image_.topics.find(name);
    if (topic) found = info_of(*topic);
    return topic != nullptr;
}

bool ImageMetadata::find_topic(const Uuid& id, groups::TopicInfo& found) const {
    const cluster::Topic* topic = image_.topics.find(id);
    if (topic) found = info_of(*topic);
    return topic != nullptr;
}

void ImageMetadata::for_each_topic(
    const std::function<void(const groups::TopicInfo&)>& visit) const {
    image_.topics.for_each([&](const cluster::Topic& topic) { visit(info_of(topic)); });
}

groups::ConsumerSettings ImageMetadata::settings_of(std::string_view group_id) const {
    groups::ConsumerSettings settings = defaults_;
    // The one of them that can be changed for all groups while the broker runs.
    read(image_.config_of(cluster::ConfigResourceType::Broker, ""),
         "group.consumer.assignment.interval.ms", settings.assignment_interval_ms);
    const auto& own = image_.config_of(cluster::ConfigResourceType::Group, group_id);
    read(own, "consumer.session.timeout.ms", settings.session_timeout_ms);
    read(own, "consumer.heartbeat.interval.ms", settings.heartbeat_interval_ms);
    read(own, "consumer.assignment.interval.ms", settings.assignment_interval_ms);
    return settings;
}

}  // namespace kafka::broker
