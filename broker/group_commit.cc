#include "broker/group_commit.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "base/log.h"
#include "broker/blocking_pool.h"
#include "broker/letter.h"
#include "broker/shards.h"
#include "storage/partition_observer.h"

namespace kafka::broker {
namespace {

// One sync on its way: to the blocking pool as a job, and back to the shard as a letter, which
// frees it.
class Flush final : BlockingJob, Letter, storage::PartitionObserver {
  public:
    static void begin(Shard& shard, storage::Partition& partition, storage::FlushReach reach) {
        if (partition.flush_in_flight()) return;
        // Owned by its way: finish() takes it back.
        auto* const flush = new Flush(shard, partition, reach);
        shard.all().blocking_pool().submit(*flush);
    }

  private:
    Flush(Shard& shard, storage::Partition& partition, storage::FlushReach reach)
        : shard_(shard), partition_(&partition), ticket_(partition.begin_flush(reach)) {
        partition.watch(*this);
        run = [](BlockingJob& job) {
            auto& flush = static_cast<Flush&>(job);
            flush.result_ = flush.ticket_.sync();
            flush.shard_.post(flush);
        };
        open = [](Letter& letter, Shard&) {
            finish(std::unique_ptr<Flush>(static_cast<Flush*>(&letter)));
        };
    }

    void partition_changed(storage::Partition&, storage::PartitionChange change) override {
        if (change == storage::PartitionChange::Deleted) unwatch();
    }

    static void finish(std::unique_ptr<Flush> flush) {
        if (!flush->is_watching()) return;
        flush->unwatch();
        storage::Partition* const partition = flush->partition_;
        if (!*flush->result_) {
            log::error("{} cannot be synced: {}", partition->folder(),
                       flush->result_->error().message);
        }
        partition->finish_flush(flush->ticket_, *flush->result_);
        if (!partition->is_offline()) flush_if_needed(flush->shard_, *partition);
    }

    Shard& shard_;
    storage::Partition* const partition_;  // there as long as it is watched
    const storage::FlushTicket ticket_;
    std::optional<Result<Done>> result_;  // the pool's until the letter is posted
};

}  // namespace

void flush_if_needed(Shard& shard, storage::Partition& partition) {
    if (partition.flush_needed()) flush_now(shard, partition);
}

void flush_now(Shard& shard, storage::Partition& partition) {
    Flush::begin(shard, partition, storage::FlushReach::LogEnd);
}

void flush_rolled_segments(Shard& shard, storage::Partition& partition) {
    if (!partition.has_unsynced_segments()) return;
    Flush::begin(shard, partition, storage::FlushReach::SealedSegments);
}

void finish_flushes(Shards& shards) {
    std::vector<std::size_t> in_flight(shards.count(), 1);
    while (std::ranges::any_of(in_flight, [](std::size_t count) { return count > 0; })) {
        shards.blocking_pool().finish_jobs();
        // What the jobs have posted is opened before this.
        shards.run_on_all([&in_flight](Shard& here) {
            const auto flushing = [](const auto& each) { return each.second->flush_in_flight(); };
            in_flight[static_cast<std::size_t>(here.id())] =
                static_cast<std::size_t>(std::ranges::count_if(here.partitions(), flushing));
        });
    }
}

}  // namespace kafka::broker
