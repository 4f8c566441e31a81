// `__cluster_metadata-0` in the data directory: the log of everything the controller decided, in
// the format and with the files of KRaft, so that Kafka's tools read it and Kafka could take it
// over.
//
// Written by the controller, on its thread. Only the tickets' work may run on other threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "cluster/image.h"
#include "cluster/records.h"
#include "protocol/error.h"
#include "storage/file_system.h"
#include "storage/leader_epoch_cache.h"
#include "storage/log.h"

namespace kafka::cluster {

inline constexpr std::string_view kMetadataFolder = "__cluster_metadata-0";

// What must reach the disk so that everything below `end` survives the loss of power.
struct MetadataSync {
    storage::FileSystem* files = nullptr;
    std::vector<std::shared_ptr<storage::File>> unsynced;
    std::vector<std::string> directories;  // in which files were made
    Offset end{0};
    Result<Done> prepared = Done{};  // what could not even be found out fails run()

    Result<Done> run() const;  // blocks; any thread
};

// An image that is to be written, so that the log before `end` is no longer needed.
struct SnapshotJob {
    storage::FileSystem* files = nullptr;
    std::string path;
    Bytes bytes;
    Offset end{0};

    Result<Done> run() const;  // blocks; any thread
};

class MetadataLog {
  public:
    // Opens the log, or makes it, and replays the newest snapshot and what follows it. A torn tail
    // is cut. KAFKA_STORAGE_ERROR, CORRUPT_MESSAGE or UNSUPPORTED_VERSION.
    static Result<std::unique_ptr<MetadataLog>> open(storage::FileSystem& files,
                                                     std::string data_directory, BrokerId node);
    MetadataLog(const MetadataLog&) = delete;
    MetadataLog& operator=(const MetadataLog&) = delete;
    ~MetadataLog();

    // What was replayed; once.
    Image take_image() { return std::move(image_); }
    // Nothing was ever decided: the cluster is new.
    bool is_empty() const { return log_->log_end_offset() == Offset{0}; }
    Offset end_offset() const { return log_->log_end_offset(); }
    LeaderEpoch epoch() const { return epoch_; }

    // Begins a new term of this node as the leader of the log; before the first append().
    Result<Done> begin_term(TimestampMs now);
    // Writes the records as one step: after a crash either all of them are there or none. Nothing
    // is written on INVALID_REQUEST; after KAFKA_STORAGE_ERROR nothing more can be.
    Result<Done> append(const MetadataRecords& records, TimestampMs now);

    MetadataSync begin_sync();
    // Says that the sync succeeded.
    void finish_sync(const MetadataSync& sync) { log_->set_recovery_point(sync.end); }

    // What was appended since the last snapshot.
    std::uint64_t bytes_since_snapshot() const { return bytes_since_snapshot_; }
    // `image` holds all that was appended.
    SnapshotJob begin_snapshot(const Image& image, TimestampMs now);
    // The snapshot is on disk: drops older ones and the log before it.
    Result<Done> finish_snapshot(const SnapshotJob& job, TimestampMs now);

  private:
    MetadataLog(storage::FileSystem& files, std::string data_directory, BrokerId node);

    Result<Done> load();
    Result<Offset> load_snapshot();
    Result<Done> replay_log(Offset from);
    Result<Done> append_batch(const Bytes& batch, TimestampMs now);
    Result<Done> append_values(const std::vector<Bytes>& values, TimestampMs now);
    Result<Done> write_state_files();
    std::string file(std::string_view name) const { return folder_ + "/" + std::string(name); }

    storage::FileSystem& files_;
    const std::string data_directory_;
    const std::string folder_;
    const BrokerId node_;
    std::unique_ptr<storage::Log> log_;
    Image image_;
    storage::LeaderEpochCache epochs_;
    LeaderEpoch epoch_{0};
    std::uint64_t bytes_since_snapshot_ = 0;
    TimestampMs last_appended_{0};
    bool in_transaction_ = false;  // a crash left a step unfinished at the end of the log
    bool folder_is_new_ = false;
};

}  // namespace kafka::cluster
