#include "broker/listener.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "broker/bind.h"
#include "broker/config.h"
#include "broker/shard_loop.h"

namespace kafka::broker {
namespace {

// Connections accepted before the rest of shard 0 gets its turn.
constexpr int kAcceptsInTurn = 64;
constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

// A new connection on its way to its shard.
struct Newcomer : Letter {
    const ListenerConfig* listener = nullptr;
    int socket = -1;
    Endpoint peer;
};

}  // namespace

Listener::Listener(Shards& shards, const ListenerConfig& config)
    : shards_(shards), config_(config) {
    pause_.listener = this;
    pause_.fire = [](Timer& timer) { static_cast<Pause&>(timer).listener->wait_all(); };
    resume_.listener = this;
    resume_.open = [](Letter& letter, Shard&) {
        Listener& listener = *static_cast<Resume&>(letter).listener;
        listener.resuming_ = false;
        listener.wait_all();
    };

    const BrokerConfig& all = shards.config();
    BindOptions options;
    // Kafka's default of 100 KiB would hold back a fast reader; the system tunes it by itself.
    if (all.is_set("socket.send.buffer.bytes")) {
        options.send_buffer_bytes = all.socket_send_buffer_bytes;
    }
    if (all.is_set("socket.receive.buffer.bytes")) {
        options.receive_buffer_bytes = all.socket_receive_buffer_bytes;
    }
    std::string error;
    auto& io = shards.controller_shard().loop().io();
    for (BoundSocket& each : bind_all(config.bind, options, error)) {
        sockets_.push_back({boost::asio::posix::stream_descriptor(io, each.socket)});
        bound_.push_back(std::move(each.address));
    }
    if (bound_.empty()) {
        throw ConfigError(fmt::format("listeners: cannot listen on {}://{}: {}", config.name,
                                      config.bind.to_string(), error));
    }
}

Listener::~Listener() = default;

void Listener::listen() {
    for (Socket& socket : sockets_) {
        ::listen(socket.descriptor.native_handle(), shards_.config().socket_listen_backlog_size);
    }
    wait_all();
}

void Listener::close() {
    shards_.controller_shard().timers().cancel(pause_);
    for (Socket& socket : sockets_) {
        boost::system::error_code ignored;
        socket.descriptor.close(ignored);
    }
}

void Listener::wait_all() {
    for (Socket& socket : sockets_) {
        if (socket.descriptor.is_open()) wait(socket);
    }
}

void Listener::wait(Socket& socket) {
    if (socket.waits) return;
    socket.waits = true;
    socket.descriptor.async_wait(socket.descriptor.wait_read,
                                 [this, &socket](const boost::system::error_code& error) {
                                     socket.waits = false;
                                     if (!error) accept_some(socket);
                                 });
}

void Listener::accept_some(Socket& socket) {
    for (int accepted = 0; accepted < kAcceptsInTurn; ++accepted) {
        if (!accept_one(socket)) return;
    }
    wait(socket);
}

bool Listener::accept_one(Socket& socket) {
    const auto when_free = [this] {
        if (!resuming_.exchange(true)) shards_.controller_shard().post(resume_);
    };
    if (!shards_.quota().may_accept(when_free)) {
        log::warn("{}: max.connections is reached; new connections have to wait", config_.name);
        return false;
    }
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int accepted =
        ::accept4(socket.descriptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                  SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
        could_not_accept(errno);
        if (!pause_.armed()) wait(socket);
        return false;
    }
    Endpoint peer = Endpoint::from(address);
    if (!shards_.quota().admit(peer.host)) {
        log::warn("{}: max.connections.per.ip is reached for {}", config_.name, peer.host);
        ::close(accepted);
        return true;
    }
    hand_over(accepted, std::move(peer));
    return true;
}

void Listener::could_not_accept(int error) {
    const bool out_of_something =
        error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
    if (!out_of_something || pause_.armed()) return;
    // The connection stays in the backlog, so the socket stays readable: trying again at once would
    // spin.
    log::error("{}: cannot accept a connection: {}", config_.name, std::strerror(error));
    Shard& shard = shards_.controller_shard();
    shard.timers().arm(pause_, shard.clock().monotonic() + kPauseWithoutDescriptors);
}

void Listener::hand_over(int socket, Endpoint peer) {
    Shard* emptiest = &shards_.controller_shard();
    for (std::uint32_t i = 0; i < shards_.count(); ++i) {
        Shard& shard = shards_.at(ShardId{i});
        if (shard.loop().load() < emptiest->loop().load()) emptiest = &shard;
    }
    emptiest->loop().expect_connection();
    auto* newcomer = new Newcomer;
    newcomer->listener = &config_;
    newcomer->socket = socket;
    newcomer->peer = std::move(peer);
    newcomer->open = [](Letter& letter, Shard& here) {
        const std::unique_ptr<Newcomer> arrived(&static_cast<Newcomer&>(letter));
        here.loop().add_connection(*arrived->listener, arrived->socket, std::move(arrived->peer));
    };
    emptiest->post(*newcomer);
}

}  // namespace kafka::broker
