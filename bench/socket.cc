#include "bench/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bench/wire.h"

namespace kafka::bench {
namespace {

// Room for a read, at first: it doubles while reads fill it, so that idle peers stay small.
constexpr std::size_t kLeastRoom = 2048;

sockaddr_in resolve(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    sockaddr_in found{};
    found.sin_family = AF_INET;
    if (colon == std::string::npos ||
        inet_pton(AF_INET, address.substr(0, colon).c_str(), &found.sin_addr) != 1) {
        throw Trouble("not an address like 127.0.0.1:9092: " + address);
    }
    found.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
    return found;
}

void switch_on(int fd, int level, int option) {
    const int on = 1;
    setsockopt(fd, level, option, &on, sizeof on);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Descriptor::~Descriptor() {
    if (fd_ >= 0) close(fd_);
}

Descriptor try_dial(const std::string& address) {
    const sockaddr_in where = resolve(address);
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return {};
    }
    switch_on(socket.get(), IPPROTO_TCP, TCP_NODELAY);
    return socket;
}

Descriptor dial(const std::string& address) {
    Descriptor socket = try_dial(address);
    if (socket.get() < 0) throw Trouble("cannot connect to " + address);
    return socket;
}

Descriptor listen_on(std::uint16_t port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR);
    if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        listen(socket.get(), SOMAXCONN) != 0) {
        throw Trouble("cannot listen on port " + std::to_string(port));
    }
    return socket;
}

Bytes call(const Descriptor& socket, BytesView request) {
    while (!request.empty()) {
        const ssize_t sent = send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw Trouble("the connection broke");
        request = request.subspan(static_cast<std::size_t>(sent));
    }
    std::uint8_t head[sizeof(std::int32_t)];
    if (recv(socket.get(), head, sizeof head, MSG_WAITALL) != sizeof head) {
        throw Trouble("the broker closed the connection");
    }
    Bytes frame(load_be<std::uint32_t>(head));
    const ssize_t got = recv(socket.get(), frame.data(), frame.size(), MSG_WAITALL);
    if (got != static_cast<ssize_t>(frame.size()))
        throw Trouble("the broker closed the connection");
    return frame;
}

void set_nonblocking(const Descriptor& socket) { fcntl(socket.get(), F_SETFL, O_NONBLOCK); }

void Peer::flush() {
    while (sent_ < out_.size()) {
        const ssize_t count = ::send(fd(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
        if (count < 0) {
            if (errno == EAGAIN) return;
            throw Trouble("the connection broke");
        }
        sent_ += static_cast<std::size_t>(count);
    }
    out_.clear();
    sent_ = 0;
}

bool Peer::fill() {
    while (true) {
        if (in_.size() < in_size_ + kLeastRoom) in_.resize(2 * (in_size_ + kLeastRoom));
        const std::size_t room = in_.size() - in_size_;
        const ssize_t count = read(fd(), in_.data() + in_size_, room);
        if (count == 0) return false;
        if (count < 0) return errno == EAGAIN;
        in_size_ += static_cast<std::size_t>(count);
        if (static_cast<std::size_t>(count) < room) return true;
        in_.resize(2 * in_.size());
    }
}

void Peer::drop_front(std::size_t count) {
    if (count == 0) return;
    std::memmove(in_.data(), in_.data() + count, in_size_ - count);
    in_size_ -= count;
}

}  // namespace kafka::bench
