// Where batches wait to be appended that take long to validate (large packed ones, and those that
// are to be packed anew) or whose partition is not in the page cache. They are validated, and its
// pages fetched, on a pool; whatever comes for the same partition meanwhile stands in line behind
// them, so that each partition gets its batches in the order in which they came. One for each shard
// that owns partitions; lives on its thread.
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/letter.h"
#include "broker/shard.h"
#include "broker/topic_partition.h"
#include "storage/batch_validator.h"
#include "storage/cached_reads.h"

namespace kafka::broker {

struct ProduceItem;
struct ProducePlan;
class PostponedWait;

// One batch in line. Owned by its item, whose request waits until it has been appended. `ready` is
// the owner's; what is validated is the home's until it says so.
struct PostponedAppend : Letter {
    const ProducePlan* plan = nullptr;
    ProduceItem* item = nullptr;
    bool is_ready = false;
    std::string partition_name{};
    storage::BatchRules rules{};                   // to be validated by; they view the name
    std::vector<storage::MissingPages> missing{};  // to be fetched
    std::optional<storage::BatchValidation> validation{};
    PostponedWait* wait = nullptr;
};

class AppendLine {
  public:
    explicit AppendLine(Shard& owner) : owner_(owner) {}

    // Does anybody stand in line for this partition?
    bool holds(const TopicIdPartition& partition) const {
        return !lines_.empty() && lines_.contains(partition);
    }
    void join(PostponedAppend& postponed);
    // Appends it, and those behind it that are ready too, unless others stand before it.
    void ready(PostponedAppend& postponed);

  private:
    Shard& owner_;
    std::unordered_map<TopicIdPartition, std::deque<PostponedAppend*>, TopicIdPartitionHash> lines_;
};

// Where the request waits, on its own shard, for all its batches in line.
class PostponedWait {
  public:
    void add(PostponedAppend& postponed) {
        postponed.wait = this;
        ++open_;
    }

    bool await_ready() const { return open_ == 0; }
    void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
    void await_resume() const {}

    // The letter from the owner.
    static void arrive(Letter& letter, Shard& home);

  private:
    std::size_t open_ = 0;
    std::coroutine_handle<> waiting_;
};

}  // namespace kafka::broker
