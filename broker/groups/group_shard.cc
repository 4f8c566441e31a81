#include "broker/groups/group_shard.h"

#include "broker/shards.h"

namespace kafka::broker {

GroupShard::GroupShard(Shard& shard, groups::GroupConfig config)
    : shard_(shard),
      config_(std::move(config)),
      metadata_(shard.image(), config_.consumer),
      lag_watch_(shard),
      partitions_(
          shard, kOffsetsTopic, [this] { return context(); },
          [this](HostedGroups& hosted) {
              if (hosted.runtime().machine().size() > 0) lag_watch_.arm();
          }) {}

groups::Context GroupShard::context() const {
    return {coordinator_now(shard_.clock()), config_, metadata_};
}

void GroupShard::metadata_changed(bool topics) {
    if (topics) metadata_.topics_changed(shard_.image_end_offset());
    partitions_.metadata_changed();
}

void GroupShard::topics_deleted(const std::vector<std::string>& topics) {
    for (auto& [index, hosted] : partitions_.all()) {
        auto& runtime = hosted.runtime();
        if (runtime.availability() != ErrorCode::NONE) continue;
        runtime.carry_out(runtime.machine().topics_deleted(topics), context());
        partitions_.after(hosted);
    }
}

Task<ErrorCode> GroupShard::end_transaction(PartitionIndex partition, TransactionMarker marker,
                                            coordinator::Producer producer,
                                            std::int16_t transaction_version) {
    HostedGroups* hosted = partitions_.find(partition);
    if (!hosted) co_return ErrorCode::NOT_COORDINATOR;
    HostedGroups::Runtime& runtime = hosted->runtime();
    ErrorCode error = runtime.end_transaction(marker, producer, transaction_version, context());
    if (error != ErrorCode::NONE) co_return error;
    partitions_.after(*hosted);
    CommitWait commit(runtime);
    error = co_await commit;
    co_return error;
}

void GroupShard::abandon(PartitionIndex partition, groups::Token token) {
    if (HostedGroups* hosted = partitions_.find(partition)) hosted->abandon(token);
}

}  // namespace kafka::broker
