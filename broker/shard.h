// A shard: one thread, with everything that belongs to it. It owns its connections, the partitions
// placed on it and its replica of the metadata image, and shares none of them; another shard that
// wants something sends a letter. All members are for the shard's own thread, but post().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/clock.h"
#include "broker/letter.h"
#include "broker/timers.h"
#include "broker/topic_partition.h"
#include "storage/traffic.h"

namespace kafka::cluster {
struct Image;
}
namespace kafka::storage {
class Partition;
}

namespace kafka::broker {

class AppendLine;
class FetchSessions;
class GroupShard;
class ProducerTurns;
class RequestMetrics;
class ShardLoop;
class Shards;
class TransactionShard;

enum class ShardId : std::uint32_t {};

using Partitions =
    std::unordered_map<TopicIdPartition, std::unique_ptr<storage::Partition>, TopicIdPartitionHash>;

class Shard {
  public:
    Shard(ShardId id, Shards& all, const Clock& clock);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    ShardId id() const { return id_; }
    Shards& all() { return all_; }
    const Clock& clock() const { return clock_; }
    // Deadlines of clock().monotonic().
    Timers& timers() { return timers_; }
    ShardLoop& loop() { return *loop_; }

    // Any thread. The letter must stay where it is until it has been opened.
    void post(Letter& letter);

    // What this shard has replayed of the cluster's metadata; other shards may be a moment ahead.
    const cluster::Image& image() const { return *image_; }
    cluster::Image& image_for_replay() { return *image_; }
    // The offset after the last record that the image has replayed.
    std::int64_t image_end_offset() const { return image_end_offset_; }
    void advance_image(std::int64_t records) { image_end_offset_ += records; }

    // Null when this broker does not host the partition, or another shard does.
    storage::Partition* find(const TopicIdPartition& partition) const;
    Partitions& partitions() { return partitions_; }

    AppendLine& append_line() { return *append_line_; }
    ProducerTurns& producer_turns() { return *producer_turns_; }
    FetchSessions& fetch_sessions() { return *fetch_sessions_; }
    // The coordinators of groups that live here.
    GroupShard& groups() { return *groups_; }
    // And those of transactions.
    TransactionShard& transactions() { return *transactions_; }

    // Null unless somebody may ask for metrics.
    RequestMetrics* request_metrics() { return request_metrics_.get(); }
    // Of partitions that are gone, so that the sum over all never falls.
    storage::Traffic& departed_traffic() { return departed_traffic_; }

    // For the loop: what was posted, oldest first.
    Letter* take_letters() { return mailbox_.take_all(); }

  private:
    const ShardId id_;
    Shards& all_;
    const Clock& clock_;
    Mailbox mailbox_;
    Timers timers_;
    std::unique_ptr<cluster::Image> image_;
    std::int64_t image_end_offset_ = 0;
    Partitions partitions_;
    std::unique_ptr<AppendLine> append_line_;
    std::unique_ptr<ProducerTurns> producer_turns_;
    std::unique_ptr<FetchSessions> fetch_sessions_;
    std::unique_ptr<GroupShard> groups_;
    std::unique_ptr<TransactionShard> transactions_;
    std::unique_ptr<RequestMetrics> request_metrics_;
    storage::Traffic departed_traffic_;
    std::unique_ptr<ShardLoop> loop_;  // the event loop and the connections; keeps Asio out of here
};

}  // namespace kafka::broker
