// The threads that compact: again and again, the partition with the largest share of dirty bytes,
// as Kafka's log cleaner does. They are no shards: they may block on the disk, run behind everybody
// else, and touch a partition only on its shard, a step at a time. Made, started and stopped by the
// thread that runs the broker.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "broker/cleaner_throttle.h"
#include "broker/log_directories.h"
#include "broker/shards.h"
#include "cluster/static_configs.h"
#include "storage/cached_reads.h"
#include "storage/compaction/compactor.h"

namespace kafka::broker {

// All but the first may be changed while the broker runs.
struct LogCleanerSettings {
    bool enabled = true;                     // log.cleaner.enable
    std::size_t threads = 1;                 // log.cleaner.threads; 0: nothing is compacted
    storage::CompactionSettings compaction;  // of one thread
    double max_bytes_per_second = 0;         // of all threads, read and written
    std::chrono::milliseconds backoff{};     // log.cleaner.backoff.ms
};
LogCleanerSettings log_cleaner_settings(const cluster::Image& image,
                                        const cluster::StaticConfigs& statics);

class LogCleaner {
  public:
    LogCleaner(Shards& shards, const LogDirectories& directories, storage::FileSystem& files,
               const Clock& clock, const cluster::StaticConfigs& statics);
    LogCleaner(const LogCleaner&) = delete;
    LogCleaner& operator=(const LogCleaner&) = delete;
    ~LogCleaner() { stop(); }

    // The shards have their images.
    void start();
    // Gives up what is being compacted. The shards must run until it returns.
    void stop();

  private:
    using Time = std::chrono::steady_clock::time_point;
    class Host;
    struct Candidate {
        TopicIdPartition key;
        std::string name;
        std::string folder;
        double dirty_ratio = 0;
    };
    // Of a shard. Where pages are missing there may be more.
    struct Found {
        std::vector<Candidate> candidates;
        std::vector<storage::MissingPages> missing;
    };

    // Asks the metadata for the settings, and starts the threads that are missing.
    void learn_settings();
    LogCleanerSettings settings();
    void work(std::size_t index);
    // False when there is nothing to compact now.
    bool compact_dirtiest(const LogCleanerSettings& settings);
    std::vector<Candidate> candidates(TimestampMs now);
    static Found find_candidates(Shard& here, TimestampMs now, bool patiently);
    std::optional<Candidate> take_dirtiest(const std::vector<Candidate>& candidates);
    void compact(const Candidate& candidate, const LogCleanerSettings& settings, TimestampMs now);
    void failed(const Candidate& candidate, const Error& error);
    void write_checkpoint(const TopicIdPartition& key);
    // Waits until so many bytes more may be read or written; false when the broker stops.
    bool pass(std::uint64_t bytes);
    void run_on_owner(const TopicIdPartition& key,
                      const std::function<void(storage::Partition*)>& step);

    Shards& shards_;
    const LogDirectories& directories_;
    storage::FileSystem& files_;
    const Clock& clock_;
    const cluster::StaticConfigs& statics_;

    std::mutex mutex_;  // the rest is shared by the threads
    std::vector<std::thread> threads_;
    LogCleanerSettings settings_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    CleanerThrottle throttle_;
    // A deleted topic's folder may come back under the same name while it is still being worked on.
    std::unordered_set<std::string> busy_folders_;
    std::unordered_map<TopicIdPartition, Time, TopicIdPartitionHash> left_alone_until_;
};

}  // namespace kafka::broker
