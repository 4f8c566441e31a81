// The directories of `log.dirs`, and which of them each partition of this broker lies in. Opened
// before the shards start; open_partition(), remove_partition() and the rest may then be called on
// any shard, for that shard's own partitions.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/log_directory.h"

namespace kafka::broker {

// For each directory, what is to be remembered of its partitions.
using CheckpointsByDirectory = std::vector<std::vector<storage::PartitionCheckpoint>>;

class LogDirectories {
  public:
    // Opens all of them. An error says which directory cannot be used, and why.
    static Result<LogDirectories> open(storage::FileSystem& files,
                                       const std::vector<std::string>& paths,
                                       const storage::NodeIdentity& identity);

    const std::vector<std::unique_ptr<storage::LogDirectory>>& all() const { return directories_; }
    // Where the metadata log lies.
    storage::LogDirectory& first() const { return *directories_.front(); }
    std::vector<Uuid> ids() const;
    // The place in all() of the one that holds the partition.
    std::size_t index_of(const storage::Partition& partition) const;
    storage::LogDirectory& directory_of(const storage::Partition& partition) const {
        return *directories_[index_of(partition)];
    }

    // In the directory where it was found at the start, in the one that `preferred` names, or else
    // in the one with the fewest partitions that has not failed, as Kafka does.
    Result<std::unique_ptr<storage::Partition>> open_partition(const kafka::TopicPartition& name,
                                                               const Uuid& topic_id,
                                                               const Uuid& preferred,
                                                               const storage::LogConfig& config,
                                                               std::int64_t producer_expiration_ms,
                                                               TimestampMs now) const;
    // Frees the name at once; returns a path to give to remove(), which blocks.
    Result<std::string> delete_partition(std::unique_ptr<storage::Partition> partition) const;
    // What the shards gathered, as one; by the partitions' names.
    CheckpointsByDirectory join(std::vector<CheckpointsByDirectory> parts) const;
    // Both block, and go on with the other directories when one fails.
    Result<Done> write_checkpoints(const CheckpointsByDirectory& checkpoints) const;
    Result<Done> close(const CheckpointsByDirectory& checkpoints, BrokerEpoch epoch) const;
    // A path that delete_partition() or Partition::take_removals() returned.
    Result<Done> remove(const std::string& path) const;

  private:
    // Shards place at the same time, so the choice and the count are one step.
    struct Placement {
        std::mutex mutex;
        std::vector<std::size_t> partitions;  // of each directory: open, or being opened
    };

    std::optional<std::size_t> demanded(const kafka::TopicPartition& name,
                                        const Uuid& preferred) const;
    // Counts a partition in the directory and returns it; where none is demanded, in the emptiest.
    std::size_t place(std::optional<std::size_t> demanded) const;
    void unplace(std::size_t directory) const;

    std::vector<std::unique_ptr<storage::LogDirectory>> directories_;
    std::unique_ptr<Placement> placement_ = std::make_unique<Placement>();
};

}  // namespace kafka::broker
