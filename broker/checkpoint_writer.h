// Writes the offset checkpoints of the log directories now and then, when something has changed, so
// that a start after a power loss need not scan from the beginning. Lives on shard 0's thread.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "base/task.h"
#include "broker/metadata_host.h"

namespace kafka::broker {

class CheckpointWriter {
  public:
    CheckpointWriter(Shards& shards, const LogDirectories& directories, MetadataHost& host,
                     std::chrono::milliseconds interval);
    CheckpointWriter(const CheckpointWriter&) = delete;
    CheckpointWriter& operator=(const CheckpointWriter&) = delete;

    void start();
    // `stopped` is called when nothing is being written any more, maybe at once.
    void stop(std::function<void()> stopped);

  private:
    struct Alarm : Timer {
        CheckpointWriter* owner = nullptr;
    };
    void rearm();
    void begin();
    void end();
    Task<void> write();

    Shards& shards_;
    const LogDirectories& directories_;
    MetadataHost& host_;
    const std::chrono::milliseconds interval_;
    Alarm alarm_;
    bool writing_ = false;
    bool stopping_ = false;
    Task<void> task_;
    std::function<void()> stopped_;
    CheckpointsByDirectory written_;  // in the order of the partitions' names
};

}  // namespace kafka::broker
