#include "broker/group_commit.h"

#include <memory>
#include <optional>

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
    static void begin(Shard& shard, storage::Partition& partition) {
        if (partition.flush_in_flight()) return;
        // Owned by its way: finish() takes it back.
        auto* const flush = new Flush(shard, partition);
        shard.all().blocking_pool().submit(*flush);
    }

  private:
    Flush(Shard& shard, storage::Partition& partition)
        : shard_(shard), partition_(&partition), ticket_(partition.begin_flush()) {
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
        if (change == storage::PartitionChange::Deleted) partition_ = nullptr;
    }

    static void finish(std::unique_ptr<Flush> flush) {
        storage::Partition* const partition = flush->partition_;
        if (partition == nullptr) return;
        flush->unwatch();
        if (!*flush->result_) {
            log::error("{} cannot be synced: {}", partition->folder(),
                       flush->result_->error().message);
        }
        partition->finish_flush(flush->ticket_, *flush->result_);
        if (!partition->is_offline()) flush_if_needed(flush->shard_, *partition);
    }

    Shard& shard_;
    storage::Partition* partition_;  // null once it was deleted
    const storage::FlushTicket ticket_;
    std::optional<Result<Done>> result_;  // the pool's until the letter is posted
};

}  // namespace

void flush_if_needed(Shard& shard, storage::Partition& partition) {
    if (partition.flush_needed()) flush_now(shard, partition);
}

void flush_now(Shard& shard, storage::Partition& partition) { Flush::begin(shard, partition); }

}  // namespace kafka::broker
