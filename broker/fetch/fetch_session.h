// An incremental fetch session (KIP-227): what a client wants of which partitions, and what it was
// told last, so that requests carry only what changes and answers only what is new.
//
// A plain value with no clock and no I/O. It lives on the shard that its id names, and only that
// shard touches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/uuid.h"
#include "protocol/gen/types.h"

namespace kafka::broker {

// How the client names a topic: by name up to Fetch v12 (id is zero), by id since v13 (no name).
struct FetchTopic {
    Uuid id;
    std::string name;

    bool operator==(const FetchTopic&) const = default;
};

// What the client wants of one partition.
struct FetchAsk {
    PartitionIndex partition;
    Offset fetch_offset;
    LeaderEpoch current_leader_epoch{-1};
    LeaderEpoch last_fetched_epoch{-1};
    std::int32_t max_bytes = 0;

    bool operator==(const FetchAsk&) const = default;
};

struct FetchTopicAsks {
    FetchTopic topic;
    std::vector<FetchAsk> partitions;
};

struct ForgottenTopic {
    FetchTopic topic;
    std::vector<PartitionIndex> partitions;
};

class FetchSession {
  public:
    struct Partition {
        std::uint32_t topic;  // index for topic()
        FetchAsk ask;
        // What the client was told last; -1 is never equal to what a log has.
        Offset told_high_watermark{-1};
        Offset told_log_start_offset{-1};
    };
    // What an answer says of a partition, as far as it decides whether the client hears it.
    struct News {
        bool failed = false;
        bool topic_is_known = false;
        bool has_records = false;
        bool must_tell = false;  // a diverging epoch
        Offset high_watermark{-1};
        Offset log_start_offset{-1};
    };

    FetchSession(std::int32_t id, bool uses_topic_ids) : id_(id), uses_topic_ids_(uses_topic_ids) {}

    std::int32_t id() const { return id_; }
    bool uses_topic_ids() const { return uses_topic_ids_; }
    std::size_t partition_count() const { return order_.size(); }

    // The epoch that the next request must carry: counts from 1, and wraps to 1.
    std::int32_t next_epoch() const { return next_epoch_; }
    void advance_epoch() { next_epoch_ = epoch_after(next_epoch_); }
    static constexpr std::int32_t epoch_after(std::int32_t epoch) {
        return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
    }

    // Adds partitions and changes those that are there; then drops the forgotten.
    void update(const std::vector<FetchTopicAsks>& wanted,
                const std::vector<ForgottenTopic>& forgotten);

    const FetchTopic& topic(std::uint32_t index) const { return topics_[index].topic; }
    // Was there such a topic when the client was last told? Then it has been deleted since.
    bool was_known(std::uint32_t topic) const { return topics_[topic].was_known; }
    // In the order they are to be read: those that got records last come last, so that a small
    // limit starves nobody.
    const std::list<Partition>& partitions() const { return order_; }

    // Notes what is about to be told of a partition; false when the client knows it all and the
    // answer leaves the partition out. A partition forgotten meanwhile is told.
    bool tell(std::uint32_t topic, PartitionIndex partition, const News& news);

  private:
    static std::uint64_t key(std::uint32_t topic, PartitionIndex partition) {
        return std::uint64_t{topic} << 32 | static_cast<std::uint32_t>(partition.value);
    }
    static std::string text_of(const FetchTopic& topic);
    std::uint32_t index_of(const FetchTopic& topic);
    void forget(const ForgottenTopic& dropped);

    const std::int32_t id_;
    const bool uses_topic_ids_;
    std::int32_t next_epoch_ = 1;
    struct TopicSlot {
        FetchTopic topic;
        std::size_t partition_count = 0;
        bool was_known = false;
    };
    std::vector<TopicSlot> topics_;
    std::vector<std::uint32_t> free_topics_;  // slots whose last partition was forgotten
    std::unordered_map<std::string, std::uint32_t> topic_index_;
    std::list<Partition> order_;
    std::unordered_map<std::uint64_t, std::list<Partition>::iterator> by_key_;
};

}  // namespace kafka::broker
