// Files of one shard's partitions that nobody needs any more: they are removed on the blocking pool
// when file.delete.delay.ms is over, so that whoever still reads them may finish. What is left when
// the process ends is removed at the next start. Lives on the shard's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "broker/blocking_pool.h"
#include "broker/log_directories.h"
#include "broker/shard.h"
#include "broker/timers.h"

namespace kafka::broker {

class Removals {
  public:
    Removals(Shard& shard, const LogDirectories& directories);
    Removals(const Removals&) = delete;
    Removals& operator=(const Removals&) = delete;
    ~Removals() { stop(); }

    // Paths that Partition::take_removals() or LogDirectories::delete_partition() gave.
    void add(std::vector<std::string> paths, std::int64_t delay_ms);
    void stop();

  private:
    struct Alarm : Timer {
        Removals* owner = nullptr;
    };
    void remove_due();
    void rearm();

    Shard& shard_;
    const LogDirectories& directories_;
    std::multimap<std::chrono::nanoseconds, std::vector<std::string>> waiting_;  // by deadline
    Alarm alarm_;
};

// At once; does not wait for it.
void remove_in_background(BlockingPool& pool, const LogDirectories& directories,
                          std::vector<std::string> paths);

}  // namespace kafka::broker
