#include "broker/timers.h"

#include <utility>

#include "base/check.h"

namespace kafka::broker {

void Timers::arm(Timer& timer, std::chrono::nanoseconds deadline) {
    CHECK(!timer.armed(), "a timer is armed once at a time");
    timer.deadline = deadline;
    heap_.push_back(&timer);
    timer.position = heap_.size() - 1;
    sift_up(timer.position);
    if (timer.position == 0) on_earliest_(deadline);
}

void Timers::cancel(Timer& timer) {
    if (!timer.armed()) return;
    const std::size_t hole = std::exchange(timer.position, Timer::kNowhere);
    Timer* const last = heap_.back();
    heap_.pop_back();
    if (hole == heap_.size()) return;
    place(last, hole);
    sift_up(hole);
    sift_down(last->position);
}

void Timers::fire_due(std::chrono::nanoseconds now) {
    while (!heap_.empty() && heap_.front()->deadline <= now) {
        Timer& timer = *heap_.front();
        cancel(timer);
        timer.fire(timer);
    }
}

void Timers::place(Timer* timer, std::size_t at) {
    heap_[at] = timer;
    timer->position = at;
}

void Timers::sift_up(std::size_t at) {
    Timer* const timer = heap_[at];
    while (at > 0) {
        const std::size_t parent = (at - 1) / 2;
        if (heap_[parent]->deadline <= timer->deadline) break;
        place(heap_[parent], at);
        at = parent;
    }
    place(timer, at);
}

void Timers::sift_down(std::size_t at) {
    Timer* const timer = heap_[at];
    while (true) {
        std::size_t child = 2 * at + 1;
        if (child >= heap_.size()) break;
        if (child + 1 < heap_.size() && heap_[child + 1]->deadline < heap_[child]->deadline) {
            ++child;
        }
        if (timer->deadline <= heap_[child]->deadline) break;
        place(heap_[child], at);
        at = child;
    }
    place(timer, at);
}

}  // namespace kafka::broker
