// Pages that a shard's own work has missed (a coordinator's log to load, the age of a segment), on
// their way from the disk: fetched on the reading pool, then its owner is told, on the shard. What
// a request misses its handler awaits instead (RequestContext::reading).
//
// Part of its owner, on its shard. Before either goes the reading pool must have finished its jobs,
// and the shard have opened its letters: NodeStorage::stop() sees to that.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "broker/blocking_pool.h"
#include "broker/shard.h"
#include "storage/cached_reads.h"

namespace kafka::broker {

class PageFetch : Letter, BlockingJob {
  public:
    // What is fetched may be pushed out again before it is read. After so many turns in which that
    // was all that happened, the owner had better wait.
    static constexpr int kTurnsBeforePatience = 100;

    PageFetch(Shard& shard, std::function<void()> arrived);
    PageFetch(const PageFetch&) = delete;
    PageFetch& operator=(const PageFetch&) = delete;
    ~PageFetch();

    bool is_under_way() const { return under_way_; }
    // One at a time.
    void begin(std::vector<storage::MissingPages> pages);

  private:
    Shard& shard_;
    const std::function<void()> arrived_;
    std::vector<storage::MissingPages> pages_;  // the pool's while under way
    bool under_way_ = false;
};

}  // namespace kafka::broker
