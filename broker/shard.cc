#include "broker/shard.h"

#include "broker/config.h"
#include "broker/fetch/fetch_sessions.h"
#include "broker/groups/group_shard.h"
#include "broker/metrics/request_metrics.h"
#include "broker/produce/append_line.h"
#include "broker/produce/producer_turns.h"
#include "broker/shard_loop.h"
#include "broker/shards.h"
#include "broker/transactions/transaction_shard.h"
#include "cluster/image.h"
#include "storage/partition.h"

namespace kafka::broker {

Shard::Shard(ShardId id, Shards& all, const Clock& clock)
    : id_(id),
      all_(all),
      clock_(clock),
      timers_([this](std::chrono::nanoseconds earliest) { loop_->set_clock(earliest); }),
      image_(std::make_unique<cluster::Image>()),
      append_line_(std::make_unique<AppendLine>(*this)),
      producer_turns_(std::make_unique<ProducerTurns>()),
      fetch_sessions_(std::make_unique<FetchSessions>(
          static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(all.count()),
          all.config().fetch_session_slots / all.count() + 1)),
      groups_(std::make_unique<GroupShard>(*this, group_config_of(all.config()))),
      transactions_(std::make_unique<TransactionShard>(*this)),
      loop_(std::make_unique<ShardLoop>(*this)) {
    if (all.config().metrics_listener) request_metrics_ = std::make_unique<RequestMetrics>();
}

Shard::~Shard() = default;

void Shard::post(Letter& letter) {
    if (mailbox_.drop(letter)) loop_->wake();
}

storage::Partition* Shard::find(const TopicIdPartition& partition) const {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? nullptr : found->second.get();
}

}  // namespace kafka::broker
