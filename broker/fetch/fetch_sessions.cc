#include "broker/fetch/fetch_sessions.h"

namespace kafka::broker {
namespace {
// A session that was used within this time keeps its slot, as in Kafka.
constexpr std::chrono::minutes kKeptWithoutUse{2};
}  // namespace

std::int32_t FetchSessions::unused_id() {
    std::uniform_int_distribution<std::int32_t> rounds(
        1, INT32_MAX / static_cast<std::int32_t>(shard_count_) - 1);
    while (true) {
        const std::int32_t id = rounds(random_) * static_cast<std::int32_t>(shard_count_) +
                                static_cast<std::int32_t>(shard_);
        if (!by_id_.contains(id)) return id;
    }
}

std::shared_ptr<FetchSession> FetchSessions::create(bool uses_topic_ids,
                                                    std::chrono::nanoseconds now) {
    if (by_id_.size() >= slots_) {
        if (by_use_.empty() || now - by_use_.front().last_used < kKeptWithoutUse) return nullptr;
        remove(by_use_.front().session->id());
    }
    auto session = std::make_shared<FetchSession>(unused_id(), uses_topic_ids);
    by_use_.push_back({session, now});
    by_id_.emplace(session->id(), std::prev(by_use_.end()));
    return session;
}

std::shared_ptr<FetchSession> FetchSessions::find(std::int32_t id, std::chrono::nanoseconds now) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return nullptr;
    found->second->last_used = now;
    by_use_.splice(by_use_.end(), by_use_, found->second);
    return found->second->session;
}

void FetchSessions::remove(std::int32_t id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    by_use_.erase(found->second);
    by_id_.erase(found);
}

}  // namespace kafka::broker
