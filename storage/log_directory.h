// One directory of `log.dirs`: the partitions' folders, and the files that Kafka keeps beside them
// (meta.properties, the offset checkpoints, .kafka_cleanshutdown, .lock).
//
// Made before the shards start and destroyed after them. open_partition(), delete_partition() and
// the const calls may run on any shard at once, for different partitions; everything that blocks on
// syncs says so. Several directories are several objects; which one gets a new partition is the
// caller's choice.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/uuid.h"
#include "protocol/error.h"
#include "storage/checkpoints.h"
#include "storage/file_system.h"
#include "storage/log_config.h"
#include "storage/meta_properties.h"
#include "storage/partition.h"
#include "storage/topic_partition.h"

namespace kafka::storage {

class LogDirectory : DiskFailures {
  public:
    // Locks the directory, making it when absent. A directory that was never used gets a
    // meta.properties from `identity`; one that belongs to another cluster or node is an error.
    // Folders and files that a crash left half deleted are put on the list of removals.
    static Result<std::unique_ptr<LogDirectory>> open(FileSystem& files, std::string path,
                                                      const NodeIdentity& identity);
    LogDirectory(const LogDirectory&) = delete;
    LogDirectory& operator=(const LogDirectory&) = delete;
    ~LogDirectory();

    const std::string& path() const { return path_; }
    const MetaProperties& meta() const { return meta_; }
    RecoveryMode recovery() const { return recovery_; }
    // The folders of the last run, sorted. Partitions that the metadata no longer knows are for the
    // caller to delete.
    const std::vector<TopicPartition>& found() const { return found_; }
    // Is it one of those, and still there?
    bool still_holds(const TopicPartition& name) const;

    // Opens the partition's folder, recovering its log as `recovery()` demands, or makes it. Runs
    // on the shard that will own the partition. A folder of that name which is another topic's is
    // renamed to "<name>.<uuid>-stray", as Kafka does, and left to its owner.
    Result<std::unique_ptr<Partition>> open_partition(const TopicPartition& name,
                                                      const Uuid& topic_id, const LogConfig& config,
                                                      std::int64_t producer_expiration_ms,
                                                      TimestampMs now);
    // To be called once every found partition was opened or deleted, and before anything is
    // appended: from then on a killed process leaves only the tails of the logs to be looked at.
    Result<Done> finish_recovery();

    // Renames the folder to "<name>.<uuid>-delete" at once, so that the name is free again, and
    // returns the new path; removing it with remove() may take long.
    Result<std::string> delete_partition(std::unique_ptr<Partition> partition);
    // The same for a found folder that nobody opened.
    Result<std::string> delete_folder(const TopicPartition& name);
    // What earlier runs left to remove, once.
    std::vector<std::string> take_removals();
    // A file or a folder with all it holds. Blocks.
    Result<Done> remove(const std::string& path);

    // Writes the recovery point, log start, replication and cleaner checkpoints; partitions that
    // are not named keep what was known of them, and those that were deleted since they were asked
    // have no part in it. Blocks on syncs; one call at a time.
    Result<Done> write_checkpoints(const std::vector<PartitionCheckpoint>& partitions);
    // After every partition was closed: syncs, writes the checkpoints with each log flushed to its
    // end, and the marker that spares the next start the recovery; but an error instead where a
    // partition could not be opened. `epoch` is the broker's: by it a controller of Kafka's knows
    // that nothing was lost since it registered, and keeps its replicas in sync.
    Result<Done> close(const std::vector<PartitionCheckpoint>& partitions, BrokerEpoch epoch);

    // A disk error was seen: page cache and disk may differ, so the next start trusts neither, and
    // nothing is opened here any more. Called by partitions that go offline, on any shard.
    void mark_failed();
    bool has_failed() const { return failed_; }
    // To be called once, at the first failure, on the thread that saw it; to be set before any
    // partition is opened.
    void on_failure(std::function<void()> failed) { on_failure_ = std::move(failed); }
    // Hears the new path of each folder that was another topic's, on the shard that came upon it.
    void on_set_aside(std::function<void(const std::string&)> told) {
        on_set_aside_ = std::move(told);
    }
    Result<DiskSpace> space() const { return files_.space(path_); }

  private:
    LogDirectory(FileSystem& files, std::string path);

    void disk_failed() override { mark_failed(); }
    Result<Done> load_meta(const NodeIdentity& identity);
    Result<Done> load_checkpoints();
    Result<Done> scan();
    Result<Done> choose_recovery();
    void note_unrecovered();
    Result<std::optional<Uuid>> topic_of(const std::string& folder) const;
    Result<Done> prepare_folder(const std::string& folder, const TopicPartition& name,
                                const Uuid& topic_id, bool& is_new);
    Result<Done> write_checkpoint_files();
    std::string file(std::string_view name) const;

    FileSystem& files_;
    std::string path_;
    std::unique_ptr<DirectoryLock> lock_;
    MetaProperties meta_;
    RecoveryMode recovery_ = RecoveryMode::Clean;
    std::vector<TopicPartition> found_;
    std::vector<std::string> removals_;
    std::atomic<bool> failed_ = false;
    // A partition could not be opened. What the last run left of it is still to be recovered.
    std::atomic<bool> has_unrecovered_ = false;
    std::function<void()> on_failure_;
    std::function<void(const std::string&)> on_set_aside_;

    std::mutex checkpoints_mutex_;  // shards open and delete partitions at the same time
    std::unordered_map<TopicPartition, PartitionOffsets> checkpoints_;
    std::unordered_map<TopicPartition, Uuid> topics_;  // of the partitions that are here now
    // Deleted, but still named by the files: a new partition of that name must not inherit from it.
    std::unordered_set<TopicPartition> forgotten_;
    bool checkpoints_are_wrong_ = false;  // a log ends before the recovery point they give it
};

}  // namespace kafka::storage
