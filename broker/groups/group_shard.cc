#include "broker/groups/group_shard.h"

#include "broker/shards.h"

namespace kafka::broker {

PartitionIndex partition_of_group(std::string_view group_id, std::int32_t partition_count) {
    // Java hashes UTF-16 units, 31 * h + unit, and wraps.
    std::uint32_t hash = 0;
    const auto add = [&hash](std::uint32_t unit) { hash = 31 * hash + unit; };
    for (std::size_t i = 0; i < group_id.size();) {
        const auto lead = static_cast<unsigned char>(group_id[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t code = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t j = 1; j < length && i + j < group_id.size(); ++j) {
            code = code << 6 | (static_cast<unsigned char>(group_id[i + j]) & 0x3fU);
        }
        if (code >= 0x10000) {
            add(0xd800 + ((code - 0x10000) >> 10));
            add(0xdc00 + ((code - 0x10000) & 0x3ff));
        } else {
            add(code);
        }
        i += length;
    }
    // Its absolute value, but 0 for the one integer that has none.
    const auto number = static_cast<std::int32_t>(hash);
    const std::uint32_t absolute = number < 0 ? 0U - hash : hash;
    const std::uint32_t chosen = absolute == 0x80000000U ? 0 : absolute;
    return {static_cast<std::int32_t>(chosen % static_cast<std::uint32_t>(partition_count))};
}

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
