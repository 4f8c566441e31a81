#include "broker/produce/ack_watch.h"

#include "broker/produce/ack_wait.h"
#include "storage/partition.h"

namespace kafka::broker {

AckWatch::AckWatch(Shard& home, storage::Partition& partition, Offset last_offset)
    : home_(home), last_offset_(last_offset) {
    open = &AckWatch::arrive;
    partition.watch(*this);
}

bool AckWatch::stop() {
    if (!is_watching()) return false;
    unwatch();
    return true;
}

void AckWatch::partition_changed(storage::Partition& partition, storage::PartitionChange change) {
    switch (change) {
        case storage::PartitionChange::HighWatermark:
            if (partition.high_watermark() > last_offset_) finish(ErrorCode::NONE);
            return;
        case storage::PartitionChange::LogStart:
            return;
        case storage::PartitionChange::Leadership:
            // Whoever leads in a new epoch may have dropped what was not committed.
            return finish(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        case storage::PartitionChange::Offline:
            return finish(ErrorCode::KAFKA_STORAGE_ERROR);
        case storage::PartitionChange::Deleted:
            return finish(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    }
}

void AckWatch::finish(ErrorCode outcome) {
    unwatch();
    outcome_ = outcome;
    home_.post(*this);
}

void AckWatch::arrive(Letter& letter, Shard&) {
    auto& watch = static_cast<AckWatch&>(letter);
    watch.is_over_ = true;
    if (watch.wait_) watch.wait_->one_is_over();
}

}  // namespace kafka::broker
