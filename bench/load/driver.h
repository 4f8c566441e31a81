// Several connections to one broker, driven by epoll from one thread: requests go out as they are
// given, answers come back in order for each connection.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "bench/socket.h"
#include "bench/wire.h"

namespace kafka::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

// For a load at a rate, which sleeps between its requests: where the machine lets it, it wakes up
// to the microsecond and before everybody else, so that what it waits for is the broker.
void be_on_time();

class Driver {
  public:
    Driver(const std::string& address, std::size_t connections);

    std::size_t connections() const { return connections_.size(); }
    // Requests sent on a connection whose answer has not come.
    std::size_t waiting(std::size_t connection) const {
        return connections_[connection].sent_at.size();
    }
    std::size_t waiting() const { return waiting_; }
    // Bytes that a connection could not yet write.
    std::size_t unsent(std::size_t connection) const {
        return connections_[connection].peer.unsent();
    }

    // `due` is when the request should have been sent: a late load does not hide its lateness.
    void send(std::size_t connection, BytesView request, Clock::time_point due,
              bool answered = true);

    // Waits at most so long for anything and calls `on_answer(connection, reader, latency_s)` for
    // each answer. Throws Trouble when nothing at all comes for 30 seconds.
    template <class OnAnswer>
    void poll(Clock::duration at_most, OnAnswer on_answer) {
        std::array<epoll_event, 64> events;
        const int count = wait(events, at_most);
        note_life(count > 0);
        for (int at = 0; at < count; ++at) {
            const epoll_event& event = events[static_cast<std::size_t>(at)];
            const std::size_t connection = event.data.u32;
            if (event.events & EPOLLOUT) flush(connection);
            if ((event.events & (EPOLLIN | EPOLLHUP)) == 0) continue;
            Connection& from = connections_[connection];
            const bool open = from.peer.fill();
            const Clock::time_point now = Clock::now();
            from.peer.each_frame([&](BytesView frame) {
                Reader answer(frame);
                answer.get<std::int32_t>();
                const double latency = seconds_between(from.sent_at.front(), now);
                from.sent_at.pop_front();
                --waiting_;
                on_answer(connection, answer, latency);
            });
            if (!open) throw Trouble("the broker closed the connection");
        }
    }

  private:
    struct Connection {
        Peer peer;
        std::deque<Clock::time_point> sent_at;
        bool wants_to_write = false;
    };

    int wait(std::span<epoll_event> into, Clock::duration at_most);
    void flush(std::size_t connection);
    void watch(std::size_t connection, int operation);
    void note_life(bool alive);

    Descriptor epoll_;
    std::vector<Connection> connections_;
    std::size_t waiting_ = 0;
    Clock::time_point last_life_ = Clock::now();
};

}  // namespace kafka::bench
