// A client that knows nothing but a socket: sends bytes, and reads frames. For tests that care
// about what is on the wire.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"

namespace kafka {

class SocketClient {
  public:
    // Anything that does not come within ten seconds never does.
    static constexpr int kPatienceSeconds = 10;

    explicit SocketClient(std::uint16_t port, std::uint32_t host = INADDR_LOOPBACK) {
        socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
        const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(host);
        const int code =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        CHECK(code == 0, "the test's broker listens");
    }
    SocketClient(SocketClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    SocketClient& operator=(SocketClient&&) = delete;
    ~SocketClient() {
        if (socket_ >= 0) ::close(socket_);
    }

    // False when the broker has closed the connection.
    bool send(BytesView bytes) {
        while (!bytes.empty()) {
            const auto size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes = bytes.subspan(static_cast<std::size_t>(size));
        }
        return true;
    }
    bool send(std::string_view text) {
        return send({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }

    // The next frame without its size; nothing when the broker has closed the connection.
    std::optional<Bytes> receive() {
        std::uint8_t size[4];
        if (!read_all(size)) return std::nullopt;
        Bytes frame(static_cast<std::size_t>(load_be<std::int32_t>(size)));
        if (!read_all(frame)) return std::nullopt;
        return frame;
    }
    // Bytes read, 0 at the end of the stream, less when nothing came.
    ssize_t read_some(std::uint8_t* into, std::size_t size) {
        return ::recv(socket_, into, size, 0);
    }
    // True when the broker has closed the connection, and nothing came before.
    bool is_closed() {
        std::uint8_t byte;
        // The end of the stream leaves errno as an earlier call has left it.
        const auto size = ::recv(socket_, &byte, 1, 0);
        return size == 0 || (size < 0 && errno != EAGAIN);
    }
    // Says that nothing more will be sent.
    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

  private:
    bool read_all(MutableBytes into) {
        while (!into.empty()) {
            const auto size = ::recv(socket_, into.data(), into.size(), 0);
            if (size <= 0) return false;
            into = into.subspan(static_cast<std::size_t>(size));
        }
        return true;
    }

    int socket_ = -1;
};

}  // namespace kafka
