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

Uuid TestMetadata::put_topic(const std::string& name, std::int32_t partition_count) {
    ++version_;
    Topic& topic = topics_[name];
    if (topic.id.is_zero()) {
        topic.id.bytes[14] = static_cast<std::uint8_t>(version_ >> 8);
        topic.id.bytes[15] = static_cast<std::uint8_t>(version_);
        names_[topic.id] = name;
    }
    topic.partition_count = partition_count;
    return topic.id;
}

void TestMetadata::delete_topic(const std::string& name) {
    ++version_;
    names_.erase(topics_.at(name).id);
    topics_.erase(name);
}

bool TestMetadata::find_topic(std::string_view name, TopicInfo& found) const {
    const auto at = topics_.find(name);
    if (at == topics_.end()) return false;
    found = {at->first, at->second.id, at->second.partition_count};
    return true;
}

bool TestMetadata::find_topic(const Uuid& id, TopicInfo& found) const {
    const auto at = names_.find(id);
    return at != names_.end() && find_topic(at->second, found);
}

void TestMetadata::for_each_topic(const std::function<void(const TopicInfo&)>& visit) const {
    for (const auto& [name, topic] : topics_) visit({name, topic.id, topic.partition_count});
}

ConsumerSettings TestMetadata::settings_of(std::string_view group_id) const {
    const auto found = settings_of_group.find(group_id);
    return found == settings_of_group.end() ? settings : found->second;
}

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
