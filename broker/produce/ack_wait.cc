#include "broker/produce/ack_wait.h"

#include "broker/produce/ack_watch.h"

namespace kafka::broker {

AckWait::AckWait(Shard& home, ProducePlan& plan, std::chrono::nanoseconds deadline)
    : home_(home), deadline_(deadline) {
    for (const ProduceItem& item : plan.items) {
        if (!item.ack || item.ack->is_over()) continue;
        item.ack->tell(*this);
        ++open_;
    }
}

void AckWait::await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    alarm_.wait = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).wait->waiting_.resume(); };
    home_.timers().arm(alarm_, deadline_);
}

void AckWait::one_is_over() {
    // After the alarm the handler only waits for the watches to be stopped.
    if (--open_ > 0 || !alarm_.armed()) return;
    home_.timers().cancel(alarm_);
    waiting_.resume();
}

}  // namespace kafka::broker
