// What the broker is like at one moment, as far as it is worth a metric: copied from each shard on
// that shard's thread, then read on the console's. No two shards are copied at exactly the same
// time, so sums over them may be a moment apart.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/metrics/request_metrics.h"
#include "broker/shard_loop.h"
#include "storage/traffic.h"

namespace kafka::console {

struct PartitionView {
    std::string topic;
    std::int32_t partition = 0;
    bool is_leader = false;
    bool is_offline = false;
    std::int64_t log_start_offset = 0;
    std::int64_t log_end_offset = 0;
    std::int64_t high_watermark = 0;
    std::uint64_t size_bytes = 0;
    storage::Traffic traffic;
};

struct GroupView {
    struct Committed {
        std::int32_t partition;
        std::int64_t offset;
    };
    std::string id;
    std::string type;   // "classic" or "consumer", as ListGroups says it
    std::string state;  // the same
    std::size_t members = 0;
    std::map<std::string, std::vector<Committed>> committed;  // by topic
};

struct ShardView {
    std::vector<PartitionView> partitions;
    storage::Traffic departed_traffic;
    std::map<std::int16_t, broker::ApiMetrics> apis;
    broker::ShardLoop::ConnectionCounts connections;
    std::vector<GroupView> groups;
};

// What shard 0 knows of the whole cluster.
struct ClusterView {
    std::size_t topics = 0;
    std::size_t partitions = 0;
    std::size_t brokers = 0;
    std::size_t fenced_brokers = 0;
};

struct Survey {
    std::vector<ShardView> shards;
    ClusterView cluster;
};

// Copies one shard, a piece at a call, so that a shard with millions of offsets keeps serving.
class Surveyor {
  public:
    explicit Surveyor(std::size_t shards) : progress_(shards) { survey_.shards.resize(shards); }

    // On the shard's own thread. True when nothing is left to copy.
    bool step(broker::Shard& shard);
    // When every shard is done.
    Survey take() { return std::move(survey_); }

  private:
    Survey survey_;
    std::vector<std::int32_t> progress_;  // the next partition of __consumer_offsets, by shard
};

}  // namespace kafka::console
