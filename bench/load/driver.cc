#include "bench/load/driver.h"

#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>

namespace kafka::bench {
namespace {
constexpr double kPatienceSeconds = 30;
}

void be_on_time() {
    (void)prctl(PR_SET_TIMERSLACK, 1);
    const sched_param first{.sched_priority = 1};
    (void)sched_setscheduler(0, SCHED_FIFO, &first);
}

Driver::Driver(const std::string& address, std::size_t connections)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t at = 0; at < connections; ++at) {
        Descriptor socket = dial(address);
        set_nonblocking(socket);
        connections_.push_back({Peer(std::move(socket)), {}, false});
        watch(at, EPOLL_CTL_ADD);
    }
}

void Driver::send(std::size_t connection, BytesView request, Clock::time_point due, bool answered) {
    Connection& to = connections_[connection];
    to.peer.send(request);
    if (answered) {
        to.sent_at.push_back(due);
        ++waiting_;
    }
    flush(connection);
}

int Driver::wait(std::span<epoll_event> into, Clock::duration at_most) {
    const auto left = std::max(at_most, Clock::duration::zero());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec limit{seconds.count(), (left - seconds).count()};
    return epoll_pwait2(epoll_.get(), into.data(), static_cast<int>(into.size()), &limit, nullptr);
}

void Driver::flush(std::size_t connection) {
    Connection& to = connections_[connection];
    to.peer.flush();
    const bool wants_to_write = to.peer.unsent() > 0;
    if (wants_to_write == to.wants_to_write) return;
    to.wants_to_write = wants_to_write;
    watch(connection, EPOLL_CTL_MOD);
}

void Driver::watch(std::size_t connection, int operation) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (connections_[connection].wants_to_write) event.events |= EPOLLOUT;
    event.data.u32 = static_cast<std::uint32_t>(connection);
    epoll_ctl(epoll_.get(), operation, connections_[connection].peer.fd(), &event);
}

void Driver::note_life(bool alive) {
    const Clock::time_point now = Clock::now();
    if (alive || waiting_ == 0) last_life_ = now;
    if (seconds_between(last_life_, now) > kPatienceSeconds) {
        throw Trouble("no answer for 30 seconds, with " + std::to_string(waiting_) + " waiting");
    }
}

}  // namespace kafka::bench
