// Group commit: one fdatasync of a partition's log for all who wait for it. While it runs on the
// blocking pool, appends go on; what came meanwhile is covered by the next one. Whoever waits
// watches the partition's high watermark.
//
// On the shard that owns the partition. The partition may go away while its log is synced.
#pragma once

#include "broker/shard.h"
#include "storage/partition.h"

namespace kafka::broker {

// Syncs the log if it holds as much as flush.messages asks for, and goes on until it does not. To
// be called after every append, whatever its acks.
void flush_if_needed(Shard& shard, storage::Partition& partition);
// Syncs what there is, as flush.ms asks for. Does nothing while a sync is on its way.
void flush_now(Shard& shard, storage::Partition& partition);
// Syncs the segments that were rolled. Does nothing while a sync is on its way.
//
// Unlike Kafka: not at the roll but before the next checkpoint, which is what makes use of it. By
// then the kernel has written most of the pages itself, and nobody who produces has felt it.
void flush_rolled_segments(Shard& shard, storage::Partition& partition);

// At the stop, from a thread that is no shard's, once nobody appends any more: returns when no sync
// is on its way, so that the logs may be closed.
void finish_flushes(Shards& shards);

}  // namespace kafka::broker
