#include "broker/groups/lag_watch.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "broker/crossing.h"
#include "broker/groups/group_shard.h"
#include "broker/shards.h"
#include "cluster/image.h"
#include "storage/partition.h"

namespace kafka::broker {
namespace {
constexpr std::chrono::minutes kInterval{1};
}

LagWatch::LagWatch(Shard& shard) : shard_(shard) {
    alarm_.owner = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).owner->begin(); };
}

void LagWatch::stop() { shard_.timers().cancel(alarm_); }

void LagWatch::set_alarm() { shard_.timers().arm(alarm_, shard_.clock().monotonic() + kInterval); }

void LagWatch::begin() {
    looking_ = true;
    look_ = look();
    look_.start([](void* self) { static_cast<LagWatch*>(self)->looking_ = false; }, this);
}

Task<void> LagWatch::look() {
    groups_.clear();
    questions_.clear();
    shard_.groups().for_each([this](const groups::GroupCoordinator& each) { gather(each); });
    std::vector<Shard*> owners;
    for (const Question& each : questions_) {
        if (std::ranges::find(owners, each.owner) == owners.end()) owners.push_back(each.owner);
    }
    auto answer = [this](Shard& there) {
        for (Question& each : questions_) {
            if (each.owner != &there) continue;
            const storage::Partition* partition = there.find(each.partition);
            if (partition == nullptr) continue;
            each.lag =
                std::max<std::int64_t>(partition->high_watermark().value - each.committed, 0);
        }
    };
    RoundTrip trip(shard_, owners, answer);
    co_await trip;
    for (const Question& each : questions_) groups_[each.group].lag += each.lag;
    for (const auto& finding : stuck_.look(shard_.clock().monotonic(), groups_)) tell(finding);
    if (!groups_.empty()) set_alarm();
}

void LagWatch::gather(const groups::GroupCoordinator& coordinator) {
    std::vector<ListGroupsResponse::Group> listed;
    coordinator.list_groups({}, listed);
    for (ListGroupsResponse::Group& each : listed) {
        const groups::Group* group = coordinator.find(each.group_id);
        if (group == nullptr || group->member_count() == 0) continue;
        GroupProgress progress{std::move(each.group_id), group->member_count(), 0, 0};
        for (const auto& [name, partitions] : group->offsets.topics()) {
            const cluster::Topic* topic = shard_.image().topics.find(name);
            if (topic == nullptr) continue;
            for (const groups::CommittedOffset& committed : partitions) {
                const TopicIdPartition id{topic->id, committed.partition};
                Shards& all = shard_.all();
                questions_.push_back(
                    {groups_.size(), id, &all.at(all.owner_of(id)), committed.offset.value});
                progress.committed += committed.offset.value;
            }
        }
        groups_.push_back(std::move(progress));
    }
}

void LagWatch::tell(const StuckGroups::Finding& finding) const {
    using std::chrono::duration_cast;
    const auto minutes =
        duration_cast<std::chrono::minutes>(shard_.clock().monotonic() - finding.since).count();
    switch (finding.kind) {
        case StuckGroups::Finding::Kind::Stuck:
            log::warn(
                "the group {} seems stuck: {} members, nothing committed for {} minutes, "
                "while its lag grew from {} to {} records",
                finding.group, finding.members, minutes, finding.lag_then, finding.lag_now);
            return;
        case StuckGroups::Finding::Kind::MovesAgain:
            log::info("the group {} moves again after {} minutes; its lag is {} records",
                      finding.group, minutes, finding.lag_now);
            return;
    }
}

}  // namespace kafka::broker
