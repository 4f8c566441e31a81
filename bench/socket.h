// Sockets for the load and the floor: TCP over IPv4 loopback, no delay, and a peer whose frames
// are gathered without blocking. A peer belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/bytes.h"

namespace kafka::bench {

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor();

    int get() const { return fd_; }

  private:
    int fd_ = -1;
};

// `address` is HOST:PORT with a numeric host. Both throw Trouble.
Descriptor dial(const std::string& address);
Descriptor listen_on(std::uint16_t port);

// -1 instead of Trouble, for one who tries until somebody listens.
Descriptor try_dial(const std::string& address);

// Sends a request and waits for the frame that answers it; for what is not measured.
Bytes call(const Descriptor& socket, BytesView request);

void set_nonblocking(const Descriptor& socket);

// Bytes on their way out of and into a non-blocking socket.
class Peer {
  public:
    explicit Peer(Descriptor socket) : socket_(std::move(socket)) {}

    int fd() const { return socket_.get(); }
    void send(BytesView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    std::size_t unsent() const { return out_.size() - sent_; }
    // Writes what the socket takes now.
    void flush();
    // Reads what is there; false when the other side has closed.
    bool fill();
    // Calls `on_frame(BytesView)` for each whole frame, its length left out.
    template <class OnFrame>
    void each_frame(OnFrame on_frame) {
        std::size_t at = 0;
        while (in_size_ - at >= sizeof(std::int32_t)) {
            const auto length = static_cast<std::size_t>(load_be<std::uint32_t>(in_.data() + at));
            if (in_size_ - at - sizeof(std::int32_t) < length) break;
            at += sizeof(std::int32_t);
            on_frame(BytesView(in_.data() + at, length));
            at += length;
        }
        drop_front(at);
    }
    MutableBytes buffered() { return {in_.data(), in_size_}; }
    void drop_front(std::size_t count);

  private:
    Descriptor socket_;
    Bytes out_;
    std::size_t sent_ = 0;
    Bytes in_;
    std::size_t in_size_ = 0;
};

}  // namespace kafka::bench
