#include "group_world.h"

#include <algorithm>

namespace kafka::groups {
namespace {

Record decoded(const RecordBytes& bytes) {
    std::optional<BytesView> value;
    if (bytes.value) value = BytesView(*bytes.value);
    auto result = decode(bytes.key, value);
    CHECK(result.ok() && result->has_value(), "our own records are readable");
    return **result;
}

void replay(GroupCoordinator& coordinator, const LogEntry& entry, std::size_t position) {
    if (!entry.record) return coordinator.end_transaction(entry.ended, entry.committed);
    coordinator.replay(decoded(entry.record->bytes), Offset{static_cast<std::int64_t>(position)},
                       entry.record->producer);
}

}  // namespace

GroupWorld::GroupWorld() : coordinator_(std::make_unique<GroupCoordinator>()) {
    apply(coordinator_->loaded(context()));
}

void GroupWorld::apply(Effects effects) {
    for (const Record& record : effects.records) {
        log_.push_back({LoggedRecord{encode(record), effects.producer}});
        replay(*coordinator_, log_.back(), log_.size() - 1);
        written_.push_back(record);
    }
    std::ranges::move(effects.replies, std::back_inserter(replies_));
    run_what_is_due();
}

void GroupWorld::run_what_is_due() {
    for (int i = 0; coordinator_->next_deadline() <= now_.steady; ++i) {
        CHECK(i < 10'000, "time goes on");
        apply(coordinator_->on_time(context()));
    }
}

void GroupWorld::end_transaction(ProducerId producer, bool committed) {
    log_.push_back({std::nullopt, producer, committed});
    coordinator_->end_transaction(producer, committed);
}

void GroupWorld::advance(std::int64_t ms) {
    const SteadyMs end = now_.in_ms(ms);
    while (now_.steady < end) {
        const SteadyMs next = std::min(end, coordinator_->next_deadline());
        const std::int64_t step = next - now_.steady;
        now_.steady += step;
        now_.wall += step;
        run_what_is_due();
    }
}

std::unique_ptr<GroupCoordinator> GroupWorld::replayed() const {
    auto fresh = std::make_unique<GroupCoordinator>();
    for (std::size_t i = 0; i < log_.size(); ++i) replay(*fresh, log_[i], i);
    return fresh;
}

void GroupWorld::restart() {
    coordinator_ = replayed();
    apply(coordinator_->loaded(context()));
}

bool GroupWorld::replayed_state_is_live_state() const {
    return coordinator_->same_hard_state(*replayed());
}

}  // namespace kafka::groups
