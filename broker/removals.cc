#include "broker/removals.h"

#include <memory>

#include "base/log.h"
#include "broker/never.h"
#include "broker/shards.h"

namespace kafka::broker {
namespace {

struct Removal : BlockingJob {
    const LogDirectories* directories = nullptr;
    std::vector<std::string> paths;
};

}  // namespace

void remove_in_background(BlockingPool& pool, const LogDirectories& directories,
                          std::vector<std::string> paths) {
    if (paths.empty()) return;
    auto removal = std::make_unique<Removal>();
    removal->directories = &directories;
    removal->paths = std::move(paths);
    removal->run = [](BlockingJob& job) {
        const std::unique_ptr<Removal> self(static_cast<Removal*>(&job));
        for (const std::string& path : self->paths) {
            const Result<Done> removed = self->directories->remove(path);
            if (!removed) log::error("cannot remove {}: {}", path, removed.error().message);
        }
    };
    pool.submit(*removal.release());
}

Removals::Removals(Shard& shard, const LogDirectories& directories)
    : shard_(shard), directories_(directories) {
    alarm_.owner = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).owner->remove_due(); };
}

void Removals::add(std::vector<std::string> paths, std::int64_t delay_ms) {
    if (paths.empty()) return;
    waiting_.emplace(shard_.clock().monotonic() + delay_of(delay_ms), std::move(paths));
    remove_due();
}

void Removals::stop() {
    shard_.timers().cancel(alarm_);
    waiting_.clear();
}

void Removals::remove_due() {
    const auto now = shard_.clock().monotonic();
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
        auto due = waiting_.extract(waiting_.begin());
        remove_in_background(shard_.all().blocking_pool(), directories_, std::move(due.mapped()));
    }
    rearm();
}

void Removals::rearm() {
    shard_.timers().cancel(alarm_);
    if (!waiting_.empty()) shard_.timers().arm(alarm_, waiting_.begin()->first);
}

}  // namespace kafka::broker
