// The files in which a partition keeps its producer state, so that a start need not replay the log:
// Kafka's `<offset>.snapshot`, written when a segment is begun and when the log is closed, and
// between them `producer-state`, our own, written over in place every thousand batches or so. The
// latter bounds what is replayed after a killed process, and counts for nothing after the loss of
// power. Owned by a Partition, on its thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "protocol/error.h"
#include "storage/file_system.h"
#include "storage/producer_state.h"

namespace kafka::storage {

class ProducerSnapshots {
  public:
    // `found`: the offsets of the snapshot files in `folder`, ascending; below `synced_end` they
    // are sure to survive the loss of power.
    ProducerSnapshots(FileSystem& files, std::string folder, std::vector<Offset> found,
                      Offset synced_end);

    // Fills `state` from the newest good snapshot between `first_batch`, from where on the log has
    // its batches, and `log_end`, and sets its end offset: what follows it is to be replayed.
    // Snapshots that are damaged or too old are removed.
    Result<Done> restore(ProducerState& state, Offset first_batch, Offset log_end,
                         bool trust_running_snapshot, TimestampMs now, std::int64_t expiration_ms);

    // restore() has removed some, which must not come back when the log has grown beyond them.
    bool removed() const { return removed_; }

    // Writes `<end offset>.snapshot`, unless it is there.
    Result<Done> write(const ProducerState& state);
    Result<Done> write_running(const ProducerState& state);

    // Those that no sync has covered since they were written.
    std::vector<std::string> take_unsynced();

    // The log start has moved: removes the snapshots below the first batch that is left, and sees
    // to it that there is one above, from which the producers are known whose batches are gone.
    Result<Done> on_log_start(Offset first_batch, const ProducerState& state);
    // Removes those that `is_wanted` does not want, but not the newest.
    Result<Done> drop_unless(const std::function<bool(Offset)>& is_wanted);

  private:
    // The content of `producer-state`, unpacked; nothing when it is not whole.
    struct Running;
    std::optional<Running> read_running() const;
    static bool load_running(const Running& running, ProducerState& state, TimestampMs now,
                             std::int64_t expiration_ms);
    Result<Done> remove(std::size_t index);
    std::string running_path() const { return folder_ + "/producer-state"; }

    FileSystem* files_;
    std::string folder_;
    std::vector<Offset> offsets_;
    Offset synced_end_;
    bool removed_ = false;
};

}  // namespace kafka::storage
