#include "bench/load/driver.h"

namespace kafka::bench {
namespace {
constexpr double kPatienceSeconds = 30;
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
