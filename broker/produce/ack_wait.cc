#include "broker/produce/ack_wait.h"

#include "broker/shard.h"

namespace kafka::broker {

void AckWait::add(AckWatch& watch) {
    if (watch.is_over()) return;
    watch.tell(*this);
    ++open_;
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
