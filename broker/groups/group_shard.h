// The group coordinators of one shard: hosts those partitions of `__consumer_offsets` that the
// shard owns, loads them, and wakes them when they have something to do. Lives on the shard.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"
#include "broker/coordinator_partitions.h"
#include "broker/groups/hosted_groups.h"
#include "broker/groups/image_metadata.h"
#include "broker/groups/lag_watch.h"
#include "broker/shard.h"
#include "groups/group_config.h"

namespace kafka::broker {

struct BrokerConfig;

inline constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

groups::GroupConfig group_config_of(const BrokerConfig& config);

class GroupShard {
  public:
    static GroupShard& of(Shard& shard) { return shard.groups(); }

    GroupShard(Shard& shard, groups::GroupConfig config);
    GroupShard(const GroupShard&) = delete;
    GroupShard& operator=(const GroupShard&) = delete;

    // The image has moved and the shard's partitions with it. `topics`: some have come, gone or
    // grown.
    void metadata_changed(bool topics);
    // Before the partitions are closed. Nobody may wait any more.
    void stop() {
        lag_watch_.stop();
        partitions_.clear();
    }
    // Groups forget the offsets of topics that do not exist any more.
    void topics_deleted(const std::vector<std::string>& topics);

    groups::Context context() const;

    // R decide(GroupCoordinator&, const Context&): an answer that needs no record.
    template <class Decide>
    auto look(PartitionIndex partition, Decide& decide)
        -> Coordinated<decltype(decide(std::declval<groups::GroupCoordinator&>(), context()))> {
        HostedGroups* hosted = partitions_.find(partition);
        if (!hosted) return ErrorCode::NOT_COORDINATOR;
        const ErrorCode error = hosted->runtime().availability();
        if (error != ErrorCode::NONE) return error;
        auto answer = decide(hosted->runtime().machine(), context());
        partitions_.wake_for(*hosted);
        return answer;
    }
    // Answered<R> decide(GroupCoordinator&, const Context&): answered when its records are
    // committed. `decide` must outlive the wait.
    template <class R, class Decide>
    Task<Coordinated<R>> decide(PartitionIndex partition, Decide& decide) {
        HostedGroups* hosted = partitions_.find(partition);
        if (!hosted) co_return ErrorCode::NOT_COORDINATOR;
        HostedGroups::Runtime& runtime = hosted->runtime();
        const ErrorCode unavailable = runtime.availability();
        if (unavailable != ErrorCode::NONE) co_return unavailable;

        groups::Answered<R> answered = decide(runtime.machine(), context());
        runtime.carry_out(std::move(answered.effects), context());
        partitions_.after(*hosted);
        CommitWait commit(runtime);
        const ErrorCode error = co_await commit;
        if (error != ErrorCode::NONE) co_return error;
        co_return std::move(answered.response);
    }
    // Effects decide(GroupCoordinator&, const Context&): answered when the group replies to
    // `token`, which may take as long as a rebalance.
    template <class Decide>
    Task<Coordinated<groups::Response>> park(PartitionIndex partition, groups::Token token,
                                             Decide& decide) {
        HostedGroups* hosted = partitions_.find(partition);
        if (!hosted) co_return ErrorCode::NOT_COORDINATOR;
        HostedGroups::Runtime& runtime = hosted->runtime();
        const ErrorCode unavailable = runtime.availability();
        if (unavailable != ErrorCode::NONE) co_return unavailable;

        HostedGroups::Waiter waiter(*hosted, token);
        groups::Effects effects = decide(runtime.machine(), context());
        runtime.carry_out(std::move(effects), context());
        partitions_.after(*hosted);
        Coordinated<groups::Response> reply = co_await waiter;
        co_return reply;
    }
    void abandon(PartitionIndex partition, groups::Token token);
    // Writes the marker of a producer's transaction; NONE when it is committed, and with it what
    // the transaction did to groups.
    Task<ErrorCode> end_transaction(PartitionIndex partition, TransactionMarker marker,
                                    coordinator::Producer producer,
                                    std::int16_t transaction_version);

    // Calls visit(const GroupCoordinator&) for each; COORDINATOR_LOAD_IN_PROGRESS when one of them
    // is not loaded.
    template <class Visit>
    ErrorCode for_each(Visit visit) {
        for (auto& [index, hosted] : partitions_.all()) {
            const ErrorCode error = hosted.runtime().availability();
            if (error == ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) return error;
            if (error == ErrorCode::NONE) visit(std::as_const(hosted.runtime().machine()));
        }
        return ErrorCode::NONE;
    }

    // Calls visit(const GroupCoordinator&) for the first that has groups, `from` or later, and
    // moves `from` behind it; false when there is none. For those who look at everything bit by
    // bit.
    template <class Visit>
    bool visit_from(std::int32_t& from, Visit& visit) {
        auto& hosted = partitions_.all();
        for (auto at = hosted.lower_bound({from}); at != hosted.end(); ++at) {
            auto& runtime = at->second.runtime();
            if (runtime.availability() != ErrorCode::NONE || runtime.machine().size() == 0)
                continue;
            from = at->first.value + 1;
            visit(std::as_const(runtime.machine()));
            return true;
        }
        return false;
    }

  private:
    Shard& shard_;
    const groups::GroupConfig config_;
    ImageMetadata metadata_;
    LagWatch lag_watch_;
    CoordinatorPartitions<HostedGroups> partitions_;
};

}  // namespace kafka::broker
