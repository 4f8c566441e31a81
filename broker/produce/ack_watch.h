// Acks=all: an appended batch is acknowledged when the high watermark has passed it. One watch for
// each batch that has not got that far by the time it is appended (flush.messages asks for a sync,
// or, in a cluster, followers have yet to fetch it).
//
// Made on the shard that owns the partition, and watches there; says so to the request's shard by a
// letter, on which it is asked for the outcome.
#pragma once

#include "broker/letter.h"
#include "broker/shard.h"
#include "protocol/gen/error_code.h"
#include "protocol/gen/types.h"
#include "storage/partition_observer.h"

namespace kafka::broker {

class AckWait;

class AckWatch final : Letter, storage::PartitionObserver {
  public:
    // Owner
    AckWatch(Shard& home, storage::Partition& partition, Offset last_offset);
    // Owner. Gives up; false when the outcome is on its way home already.
    bool stop();

    // Home
    bool is_over() const { return is_over_; }
    ErrorCode outcome() const { return outcome_; }
    void tell(AckWait& wait) { wait_ = &wait; }

  private:
    void partition_changed(storage::Partition& partition, storage::PartitionChange change) override;
    void finish(ErrorCode outcome);
    static void arrive(Letter& letter, Shard& home);

    Shard& home_;
    const Offset last_offset_;
    ErrorCode outcome_ = ErrorCode::NONE;  // the owner's until the letter is posted
    bool is_over_ = false;                 // home
    AckWait* wait_ = nullptr;              // home
};

}  // namespace kafka::broker
