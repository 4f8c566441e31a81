#include "storage/partition_observer.h"

namespace kafka::storage {

void PartitionObserver::unwatch() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
}

PartitionObservers::Head::Head() = default;
PartitionObservers::Head::~Head() = default;

PartitionObservers::PartitionObservers() { head_.next_ = head_.previous_ = &head_; }

PartitionObservers::~PartitionObservers() {
    while (!empty()) head_.next_->unwatch();
}

void PartitionObservers::add(PartitionObserver& observer) {
    observer.unwatch();
    observer.previous_ = head_.previous_;
    observer.next_ = &head_;
    head_.previous_->next_ = &observer;
    head_.previous_ = &observer;
}

void PartitionObservers::notify(Partition& partition, PartitionChange change) {
    if (empty()) return;
    // Those to be told move to a ring of their own and come back one by one, each before its turn:
    // whoever adds, unwatches or destroys meanwhile finds both rings whole.
    PartitionObservers waiting;
    waiting.head_.next_ = head_.next_;
    waiting.head_.previous_ = head_.previous_;
    waiting.head_.next_->previous_ = &waiting.head_;
    waiting.head_.previous_->next_ = &waiting.head_;
    head_.next_ = head_.previous_ = &head_;
    while (!waiting.empty()) {
        PartitionObserver& observer = *waiting.head_.next_;
        add(observer);
        observer.partition_changed(partition, change);
    }
}

}  // namespace kafka::storage
