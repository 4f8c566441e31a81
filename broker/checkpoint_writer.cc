#include "broker/checkpoint_writer.h"

#include "base/log.h"
#include "broker/crossing.h"

namespace kafka::broker {

CheckpointWriter::CheckpointWriter(Shards& shards, const LogDirectories& directories,
                                   MetadataHost& host, std::chrono::milliseconds interval)
    : shards_(shards), directories_(directories), host_(host), interval_(interval) {
    alarm_.owner = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).owner->begin(); };
}

void CheckpointWriter::start() { rearm(); }

void CheckpointWriter::stop(std::function<void()> stopped) {
    stopping_ = true;
    Shard& here = shards_.controller_shard();
    here.timers().cancel(alarm_);
    stopped_ = std::move(stopped);
    if (!writing_) stopped_();
}

void CheckpointWriter::rearm() {
    Shard& here = shards_.controller_shard();
    here.timers().arm(alarm_, here.clock().monotonic() + interval_);
}

void CheckpointWriter::begin() {
    writing_ = true;
    task_ = write();
    task_.start([](void* self) { static_cast<CheckpointWriter*>(self)->end(); }, this);
}

void CheckpointWriter::end() {
    writing_ = false;
    if (stopping_) {
        stopped_();
    } else {
        rearm();
    }
}

Task<void> CheckpointWriter::write() {
    std::vector<CheckpointsByDirectory> by_shard(shards_.count());
    std::vector<Shard*> every_shard;
    for (std::uint32_t i = 0; i < shards_.count(); ++i) {
        every_shard.push_back(&shards_.at(ShardId{i}));
    }
    auto gather = [this, &by_shard](Shard& there) {
        host_.replicas_of(there.id()).gather(by_shard[static_cast<std::size_t>(there.id())]);
    };
    RoundTrip trip(shards_.controller_shard(), every_shard, gather);
    co_await trip;

    CheckpointsByDirectory all = directories_.join(std::move(by_shard));
    if (all == written_) co_return;

    auto work = [this, &all]() { return directories_.write_checkpoints(all); };
    BlockingCall call(shards_.controller_shard(), shards_.blocking_pool(), work);
    const Result<Done> outcome = co_await call;
    if (outcome) {
        written_ = std::move(all);
    } else {
        log::error("cannot write the offset checkpoints: {}", outcome.error().message);
    }
}

}  // namespace kafka::broker
