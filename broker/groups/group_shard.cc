#include "broker/groups/group_shard.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "broker/shards.h"
#include "cluster/image.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {

// Of a log, before others on the shard get their turn.
constexpr std::int64_t kBytesPerLoadStep = 1 << 20;
constexpr std::chrono::milliseconds kLoadTurn{5};

}  // namespace

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
      lag_watch_(shard) {
    open = [](Letter& letter, Shard&) {
        auto& self = static_cast<GroupShard&>(letter);
        self.load_posted_ = false;
        self.load();
    };
    alarm_.owner = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).owner->run_due(); };
}

GroupShard::~GroupShard() { shard_.timers().cancel(alarm_); }

groups::Context GroupShard::context() const {
    using namespace std::chrono;
    const auto steady = floor<milliseconds>(shard_.clock().monotonic()).count();
    return {
        {TimestampMs{shard_.clock().wall_ms()}, coordinator::SteadyMs{steady}}, config_, metadata_};
}

HostedGroups* GroupShard::find(PartitionIndex partition) {
    const auto found = hosted_.find(partition);
    return found == hosted_.end() ? nullptr : &found->second;
}

void GroupShard::metadata_changed(bool topics) {
    if (topics) metadata_.topics_changed(shard_.image_end_offset());
    const cluster::Topic* topic = shard_.image().topics.find(kOffsetsTopic);
    if (!topic || topic->id != topic_id_) hosted_.clear();
    if (!topic) return;
    topic_id_ = topic->id;
    const auto count = static_cast<std::int32_t>(topic->partitions.size());
    for (PartitionIndex index{0}; index < PartitionIndex{count}; index += 1) {
        storage::Partition* partition = shard_.find({topic->id, index});
        if (partition && partition->is_leader() && !find(index)) {
            hosted_.try_emplace(index, *partition, loading_wanted_);
        }
    }
    // What is empty, as after the topic was made, is ready at once.
    if (loading_wanted_ && !load_posted_) load();
}

void GroupShard::load_soon() {
    if (std::exchange(load_posted_, true)) return;
    shard_.post(*this);
}

void GroupShard::load() {
    loading_wanted_ = false;
    const auto enough = shard_.clock().monotonic() + kLoadTurn;
    for (auto& [index, hosted] : hosted_) {
        auto& runtime = hosted.runtime();
        if (runtime.availability() != ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) continue;
        while (!runtime.load(kBytesPerLoadStep, context())) {
            if (shard_.clock().monotonic() >= enough) return load_soon();
        }
        if (runtime.unreadable_records() > 0) {
            log::warn("{} records of {}-{} could not be read and were skipped",
                      runtime.unreadable_records(), kOffsetsTopic, index.value);
        }
        wake_for(hosted);
        if (runtime.machine().size() > 0) lag_watch_.arm();
    }
    if (loading_wanted_) load_soon();
}

void GroupShard::after(HostedGroups& hosted) {
    if (loading_wanted_) load_soon();
    wake_for(hosted);
    lag_watch_.arm();
}

void GroupShard::wake_for(HostedGroups& hosted) {
    const coordinator::SteadyMs due = hosted.runtime().next_deadline();
    if (due == coordinator::kNever) return;
    const std::chrono::nanoseconds deadline = std::chrono::milliseconds(due.value);
    if (alarm_.armed() && alarm_.deadline <= deadline) return;
    shard_.timers().cancel(alarm_);
    shard_.timers().arm(alarm_, deadline);
}

void GroupShard::run_due() {
    for (auto& [index, hosted] : hosted_) {
        if (hosted.runtime().next_deadline() <= context().now.steady) {
            hosted.runtime().run_due(context());
        }
        after(hosted);
    }
}

void GroupShard::topics_deleted(const std::vector<std::string>& topics) {
    for (auto& [index, hosted] : hosted_) {
        auto& runtime = hosted.runtime();
        if (runtime.availability() != ErrorCode::NONE) continue;
        runtime.carry_out(runtime.machine().topics_deleted(topics), context());
        after(hosted);
    }
}

Task<ErrorCode> GroupShard::end_transaction(PartitionIndex partition, TransactionMarker marker,
                                            coordinator::Producer producer,
                                            std::int16_t transaction_version) {
    HostedGroups* hosted = find(partition);
    if (!hosted) co_return ErrorCode::NOT_COORDINATOR;
    HostedGroups::Runtime& runtime = hosted->runtime();
    ErrorCode error = runtime.end_transaction(marker, producer, transaction_version, context());
    if (error != ErrorCode::NONE) co_return error;
    after(*hosted);
    HostedGroups::Commit commit(runtime);
    error = co_await commit;
    co_return error;
}

void GroupShard::abandon(PartitionIndex partition, groups::Token token) {
    if (HostedGroups* hosted = find(partition)) hosted->abandon(token);
}

}  // namespace kafka::broker
