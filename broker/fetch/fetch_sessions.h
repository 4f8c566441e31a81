// The fetch sessions of one shard (KIP-227), a bounded number of them. A session's id names its
// shard, so a request that comes in elsewhere knows where to go. Lives on its shard's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <random>
#include <unordered_map>

#include "broker/fetch/fetch_session.h"

namespace kafka::broker {

class FetchSessions {
  public:
    // Ids are positive and leave the remainder `shard` when divided by `shard_count`.
    FetchSessions(std::uint32_t shard, std::uint32_t shard_count, std::size_t slots)
        : shard_(shard),
          shard_count_(shard_count),
          slots_(slots),
          random_(std::random_device{}()) {}

    static std::uint32_t shard_of(std::int32_t session_id, std::uint32_t shard_count) {
        return static_cast<std::uint32_t>(session_id) % shard_count;
    }

    // Null when every slot is taken by a session that was used of late: the client then goes on
    // without a session. `now` is monotonic.
    std::shared_ptr<FetchSession> create(bool uses_topic_ids, std::chrono::nanoseconds now);
    // Null when there is none (any more). Counts as a use.
    std::shared_ptr<FetchSession> find(std::int32_t id, std::chrono::nanoseconds now);
    void remove(std::int32_t id);
    std::size_t size() const { return by_id_.size(); }

  private:
    struct Slot {
        std::shared_ptr<FetchSession> session;
        std::chrono::nanoseconds last_used{};
    };
    std::int32_t unused_id();

    const std::uint32_t shard_;
    const std::uint32_t shard_count_;
    const std::size_t slots_;
    std::list<Slot> by_use_;  // longest unused first
    std::unordered_map<std::int32_t, std::list<Slot>::iterator> by_id_;
    std::mt19937 random_;  // ids must not be guessed by accident, across restarts too
};

}  // namespace kafka::broker
