#include "broker/fetch/fetch_watch.h"

namespace kafka::broker {

void FetchWatch::start(std::int64_t threshold_bytes) {
    threshold_bytes_ = threshold_bytes;
    has_reported_ = false;
    if (&share_->owner() == &home_) return arm();
    arm_.open = &open<&FetchWatch::arm>;
    share_->owner().post(arm_);
}

void FetchWatch::stop() {
    listener_ = nullptr;
    // After a report the owner's side is at rest: nothing is watched, and no letter is under way.
    if (has_reported_) return end();
    if (&share_->owner() == &home_) return disarm();
    disarm_.open = &open<&FetchWatch::disarm>;
    share_->owner().post(disarm_);
}

void FetchWatch::arm() {
    observers_.clear();
    // Between the read and now the log may have moved; later changes are observed.
    if (share_->has_news()) return wake_soon();
    for (const FetchItem& item : share_->items()) {
        storage::Partition* partition = share_->owner().find(item.partition);
        partition->watch(*observers_.emplace_back(std::make_unique<Observer>(*this, item)));
    }
}

void FetchWatch::Observer::partition_changed(storage::Partition& partition,
                                             storage::PartitionChange change) {
    // Behind an open transaction nothing becomes readable, whatever is appended.
    const bool moved = watch_.share_->limit() != storage::ReadLimit::LastStable ||
                       partition.last_stable_offset() != item_.seen_last_stable_offset;
    if (change == storage::PartitionChange::HighWatermark && !moved) return;
    if (change == storage::PartitionChange::Deleted) unwatch();
    watch_.wake_soon();
}

// Not at once: what else is in the shard's hands now, such as the rest of a pipeline of small
// requests, may append to the same partitions, and one answer then carries it all.
void FetchWatch::wake_soon() {
    if (wake_posted_) return;
    wake_posted_ = true;
    wake_.open = &open<&FetchWatch::wake>;
    share_->owner().post(wake_);
}

void FetchWatch::wake() {
    wake_posted_ = false;
    if (stopped_) return farewell();
    share_->read();
    if (share_->bytes() < threshold_bytes_ && !share_->is_urgent()) {
        if (observers_.empty()) arm();
        return;
    }
    observers_.clear();
    if (&share_->owner() == &home_) return deliver_report();
    report_.open = &open<&FetchWatch::deliver_report>;
    home_.post(report_);
}

void FetchWatch::deliver_report() {
    if (listener_ == nullptr) return;  // stopped meanwhile: the owner's farewell follows
    has_reported_ = true;
    listener_->reported(*this);
}

void FetchWatch::disarm() {
    stopped_ = true;
    observers_.clear();
    if (!wake_posted_) farewell();
}

// The owner's last act. The letter home comes after every report that is still under way.
void FetchWatch::farewell() {
    if (&share_->owner() == &home_) return end();
    end_.open = &open<&FetchWatch::end>;
    home_.post(end_);
}

void FetchWatch::end() { delete this; }

}  // namespace kafka::broker
