#include "broker/housekeeping.h"

#include "base/log.h"
#include "broker/group_commit.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
// Kafka's way to say never is the largest number; no clock gets as far as this.
constexpr std::chrono::milliseconds kNever = std::chrono::hours(24 * 365 * 100);
}  // namespace

Housekeeping::Housekeeping(Shard& shard, Removals& removals, HousekeepingIntervals intervals)
    : shard_(shard), removals_(removals), intervals_(intervals) {
    retention_alarm_.owner = this;
    retention_alarm_.fire = [](Timer& timer) {
        Housekeeping& self = *static_cast<Alarm&>(timer).owner;
        self.apply_retention();
        self.rearm(self.retention_alarm_, self.intervals_.retention_check);
    };
    flush_alarm_.owner = this;
    flush_alarm_.fire = [](Timer& timer) {
        Housekeeping& self = *static_cast<Alarm&>(timer).owner;
        self.flush_what_is_due();
        self.rearm(self.flush_alarm_, self.intervals_.flush_check);
    };
    segments_alarm_.owner = this;
    segments_alarm_.fire = [](Timer& timer) {
        Housekeeping& self = *static_cast<Alarm&>(timer).owner;
        self.flush_segments();
        self.rearm(self.segments_alarm_, self.intervals_.checkpoint);
    };
}

void Housekeeping::start() {
    rearm(retention_alarm_, intervals_.retention_check);
    rearm(flush_alarm_, intervals_.flush_check);
    rearm(segments_alarm_, intervals_.checkpoint);
}

void Housekeeping::stop() {
    shard_.timers().cancel(retention_alarm_);
    shard_.timers().cancel(flush_alarm_);
    shard_.timers().cancel(segments_alarm_);
}

void Housekeeping::rearm(Alarm& alarm, std::chrono::milliseconds interval) {
    if (interval >= kNever) return;
    shard_.timers().arm(alarm, shard_.clock().monotonic() + interval);
}

void Housekeeping::apply_retention() {
    const TimestampMs now{shard_.clock().wall_ms()};
    for (const auto& [key, partition] : shard_.partitions()) {
        if (partition->is_offline()) continue;
        partition->expire_producers(now, intervals_.producer_id_expiration_ms);
        const Result<Done> applied = partition->apply_retention(now);
        if (!applied) {
            log::error("cannot apply the retention of {}: {}", partition->name().to_string(),
                       applied.error().message);
        }
        removals_.add(partition->take_removals(), partition->config().file_delete_delay_ms);
    }
}

void Housekeeping::flush_segments() {
    for (const auto& [key, partition] : shard_.partitions()) {
        if (!partition->is_offline()) flush_rolled_segments(shard_, *partition);
    }
}

void Housekeeping::flush_what_is_due() {
    const TimestampMs now{shard_.clock().wall_ms()};
    for (const auto& [key, partition] : shard_.partitions()) {
        if (partition->flush_is_due(now)) flush_now(shard_, *partition);
    }
}

}  // namespace kafka::broker
