#include "broker/fetch/fetch_session.h"

namespace kafka::broker {

std::string FetchSession::text_of(const FetchTopic& topic) {
    if (!topic.name.empty()) return topic.name;
    return {topic.id.bytes.begin(), topic.id.bytes.end()};
}

std::uint32_t FetchSession::index_of(const FetchTopic& topic) {
    const auto [found, added] = topic_index_.try_emplace(text_of(topic));
    if (!added) return found->second;
    if (free_topics_.empty()) {
        found->second = static_cast<std::uint32_t>(topics_.size());
        topics_.push_back({topic});
    } else {
        found->second = free_topics_.back();
        free_topics_.pop_back();
        topics_[found->second] = {topic};
    }
    return found->second;
}

void FetchSession::update(const std::vector<FetchTopicAsks>& wanted,
                          const std::vector<ForgottenTopic>& forgotten) {
    for (const FetchTopicAsks& asks : wanted) {
        if (asks.partitions.empty()) continue;
        const std::uint32_t topic = index_of(asks.topic);
        for (const FetchAsk& ask : asks.partitions) {
            const auto [found, added] = by_key_.try_emplace(key(topic, ask.partition));
            if (added) {
                order_.push_back(Partition{.topic = topic, .ask = ask});
                found->second = std::prev(order_.end());
                ++topics_[topic].partition_count;
            } else {
                found->second->ask = ask;
            }
        }
    }
    for (const ForgottenTopic& dropped : forgotten) forget(dropped);
}

void FetchSession::forget(const ForgottenTopic& dropped) {
    const auto known = topic_index_.find(text_of(dropped.topic));
    if (known == topic_index_.end()) return;
    const std::uint32_t topic = known->second;
    for (const PartitionIndex partition : dropped.partitions) {
        const auto found = by_key_.find(key(topic, partition));
        if (found == by_key_.end()) continue;
        order_.erase(found->second);
        by_key_.erase(found);
        if (--topics_[topic].partition_count > 0) continue;
        topic_index_.erase(known);
        free_topics_.push_back(topic);
        return;
    }
}

bool FetchSession::tell(std::uint32_t topic, PartitionIndex partition, const News& news) {
    const auto found = by_key_.find(key(topic, partition));
    if (found == by_key_.end()) return true;
    Partition& known = *found->second;
    topics_[topic].was_known |= news.topic_is_known;

    const bool changed = news.has_records || news.must_tell || news.failed ||
                         news.high_watermark != known.told_high_watermark ||
                         news.log_start_offset != known.told_log_start_offset;
    // After an error the client must hear of the partition again even if nothing moved.
    known.told_high_watermark = news.failed ? Offset{-1} : news.high_watermark;
    known.told_log_start_offset = news.log_start_offset;
    if (news.has_records) order_.splice(order_.end(), order_, found->second);
    return changed;
}

}  // namespace kafka::broker
