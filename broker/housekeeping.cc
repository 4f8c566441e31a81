#include "broker/housekeeping.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/log.h"
#include "broker/config.h"
#include "broker/group_commit.h"
#include "broker/never.h"
#include "broker/shards.h"
#include "cluster/effective_config.h"
#include "storage/page_cache.h"
#include "storage/partition.h"

namespace kafka::broker {
HousekeepingIntervals housekeeping_intervals(const BrokerConfig& config) {
    using std::chrono::milliseconds;
    return {
        .retention_check = milliseconds(config.number("log.retention.check.interval.ms")),
        .flush_check = milliseconds(config.number("log.flush.scheduler.interval.ms")),
        .checkpoint = milliseconds(config.number("log.flush.offset.checkpoint.interval.ms")),
        .producer_check = milliseconds(config.number("producer.id.expiration.check.interval.ms"))};
}

Housekeeping::Alarm::Alarm(Housekeeping& of, void (Housekeeping::*its_work)(),
                           std::chrono::milliseconds its)
    : owner(of), work(its_work), interval(its) {
    fire = [](Timer& timer) {
        auto& self = static_cast<Alarm&>(timer);
        (self.owner.*self.work)();
        self.owner.rearm(self);
    };
}

Housekeeping::Housekeeping(Shard& shard, Removals& removals, HousekeepingIntervals intervals)
    : shard_(shard),
      removals_(removals),
      alarms_{Alarm(*this, &Housekeeping::apply_retention, intervals.retention_check),
              Alarm(*this, &Housekeeping::expire_producers, intervals.producer_check),
              Alarm(*this, &Housekeeping::flush_what_is_due, intervals.flush_check),
              Alarm(*this, &Housekeeping::flush_segments, intervals.checkpoint)},
      fetch_(shard, [this] { go_on_with_retention(); }) {
    next_turn_.owner = this;
    next_turn_.open = [](Letter& letter, Shard&) {
        auto& next = static_cast<NextTurn&>(letter);
        next.is_posted = false;
        next.owner->go_on_dropping();
    };
}

void Housekeeping::start() {
    for (Alarm& alarm : alarms_) rearm(alarm);
}

void Housekeeping::stop() {
    for (Alarm& alarm : alarms_) shard_.timers().cancel(alarm);
    cold_.clear();
    undropped_.clear();
}

void Housekeeping::rearm(Alarm& alarm) {
    if (alarm.interval >= kNever) return;
    shard_.timers().arm(alarm, shard_.clock().monotonic() + alarm.interval);
}

void Housekeeping::apply_retention() {
    begin_turn();
    cold_.clear();  // they get their turn with the others
    undropped_.clear();
    for (const auto& [key, partition] : shard_.partitions()) apply_retention(key, partition.get());
    end_turn();
}

void Housekeeping::apply_retention(const TopicIdPartition& key, storage::Partition* partition) {
    if (!partition || partition->is_offline()) return;
    const TimestampMs now{shard_.clock().wall_ms()};
    std::optional<storage::CachedReads> reads;
    // Of each index only the last entry is looked at.
    if (turns_in_vain_ < PageFetch::kTurnsBeforePatience) reads.emplace(storage::kPageBytes);
    // One more than may be dropped tells whether there will be something left.
    const Result<std::size_t> expired = partition->count_expired(now, left_to_drop_ + 1);
    const bool is_cold = reads && reads->missed();
    if (is_cold) {
        std::ranges::move(reads->take_missing(), std::back_inserter(missing_));
        cold_.push_back(key);
    }
    reads.reset();
    if (is_cold && !expired) return;
    turns_in_vain_ = 0;
    const std::size_t dropped = expired ? std::min(*expired, left_to_drop_) : 0;
    left_to_drop_ -= dropped;
    // What the disk fails to read, it fails to read again, and then it counts.
    const Result<Done> applied =
        expired ? partition->drop_expired(dropped, now) : partition->apply_retention(now);
    if (expired && applied && dropped < *expired) undropped_.push_back(key);
    if (!applied) {
        log::error("cannot apply the retention of {}: {}", partition->name().to_string(),
                   applied.error().message);
    }
    removals_.add(partition->take_removals(), partition->config().file_delete_delay_ms);
}

void Housekeeping::end_turn() {
    if (!undropped_.empty() && !std::exchange(next_turn_.is_posted, true)) {
        shard_.post(next_turn_);
    }
    std::vector<storage::MissingPages> missing = std::exchange(missing_, {});
    if (missing.empty() || fetch_.is_under_way()) return;
    ++turns_in_vain_;
    fetch_.begin(std::move(missing));
}

void Housekeeping::go_on_dropping() {
    begin_turn();
    while (!undropped_.empty() && left_to_drop_ > 0) {
        const TopicIdPartition key = undropped_.front();
        undropped_.pop_front();
        apply_retention(key, shard_.find(key));
    }
    end_turn();
}

void Housekeeping::go_on_with_retention() {
    begin_turn();
    for (const TopicIdPartition& key : std::exchange(cold_, {})) {
        apply_retention(key, shard_.find(key));
    }
    end_turn();
}

void Housekeeping::expire_producers() {
    const TimestampMs now{shard_.clock().wall_ms()};
    const std::int64_t expiration_ms = cluster::broker_number(
        "producer.id.expiration.ms", shard_.image(), shard_.all().config().statics);
    for (const auto& [key, partition] : shard_.partitions()) {
        if (!partition->is_offline()) partition->expire_producers(now, expiration_ms);
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
