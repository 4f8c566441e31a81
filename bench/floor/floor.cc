#include "bench/floor/floor.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace kafka::bench {
namespace {

void watch(int epoll, int operation, int fd, bool for_writing) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (for_writing) event.events |= EPOLLOUT;
    event.data.fd = fd;
    epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Floor::Floor(std::uint16_t port, std::string directory)
    : listener_(listen_on(port)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      directory_(std::move(directory)) {
    watch(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), false);
}

void Floor::run() {
    std::array<epoll_event, 64> events;
    while (true) {
        const int count =
            epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
        for (int at = 0; at < count; ++at) {
            const epoll_event& event = events[static_cast<std::size_t>(at)];
            if (event.data.fd == listener_.get()) {
                accept_all();
            } else {
                serve(event.data.fd, event.events);
            }
        }
    }
}

void Floor::accept_all() {
    while (true) {
        Descriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
        if (socket.get() < 0) return;
        const int fd = socket.get();
        connections_[fd] = std::make_unique<Connection>(std::move(socket));
        watch(epoll_.get(), EPOLL_CTL_ADD, fd, false);
    }
}

void Floor::serve(int fd, std::uint32_t events) {
    Connection& connection = *connections_.at(fd);
    if (events & EPOLLOUT) flush(fd, connection);
    if ((events & (EPOLLIN | EPOLLHUP)) == 0) return;
    const bool open = connection.peer.fill();
    // The batch is numbered where it lies, so the frames must be writable.
    const MutableBytes in = connection.peer.buffered();
    std::size_t at = 0;
    while (in.size() - at >= sizeof(std::int32_t)) {
        const auto length = static_cast<std::size_t>(load_be<std::uint32_t>(in.data() + at));
        if (in.size() - at - sizeof(std::int32_t) < length) break;
        handle(fd, in.subspan(at + sizeof(std::int32_t), length));
        at += sizeof(std::int32_t) + length;
    }
    connection.peer.drop_front(at);
    flush(fd, connection);
    if (open) return;
    for (auto& [name, log] : logs_) {
        std::erase_if(log.waiting, [fd](const auto& asked) { return asked.fd == fd; });
    }
    connections_.erase(fd);
}

// What is wanted of the socket's readiness changes only when it stops or starts taking bytes.
void Floor::flush(int fd, Connection& connection) {
    while (!connection.out.empty()) {
        Piece& piece = connection.out.front();
        if (piece.head_sent < piece.head.size()) {
            const int more = piece.left > 0 ? MSG_MORE : 0;
            const ssize_t count = send(fd, piece.head.data() + piece.head_sent,
                                       piece.head.size() - piece.head_sent, MSG_NOSIGNAL | more);
            if (count <= 0) break;
            piece.head_sent += static_cast<std::size_t>(count);
            continue;
        }
        if (piece.left > 0) {
            const ssize_t count = sendfile(fd, piece.file, &piece.from, piece.left);
            if (count <= 0) break;
            piece.left -= static_cast<std::size_t>(count);
            continue;
        }
        connection.out.pop_front();
    }
    const bool wants_to_write = !connection.out.empty();
    if (wants_to_write == connection.wants_to_write) return;
    connection.wants_to_write = wants_to_write;
    watch(epoll_.get(), EPOLL_CTL_MOD, fd, wants_to_write);
}

void Floor::answer(int fd, Piece piece) {
    store_be(piece.head.data(),
             static_cast<std::uint32_t>(piece.head.size() + piece.left - sizeof(std::uint32_t)));
    connections_.at(fd)->out.push_back(std::move(piece));
}

FloorLog& Floor::log_of(std::string_view topic, std::int32_t partition) {
    auto key = std::pair(std::string(topic), partition);
    const auto found = logs_.find(key);
    if (found != logs_.end()) return found->second;
    const std::string path =
        directory_ + "/" + key.first + "-" + std::to_string(partition) + ".log";
    FloorLog& log = logs_[std::move(key)];
    log.file = Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0644));
    if (log.file.get() < 0) throw Trouble("cannot open " + path);
    return log;
}

}  // namespace kafka::bench
