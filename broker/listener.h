// A listener: its sockets, and the hand-over of new connections to the shards. Made at start-up;
// lives on shard 0 once it listens.
//
// A connection goes to the shard that has the fewest. A socket a shard (SO_REUSEPORT) would save
// the hand-over, but spreads by a hash: of four connections on two shards, one time in eight all
// are on one.
#pragma once

#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <list>
#include <vector>

#include "broker/listener_config.h"
#include "broker/shards.h"

namespace kafka::broker {

class Listener {
  public:
    // Binds, without listening yet. Throws ConfigError when it cannot.
    Listener(Shards& shards, const ListenerConfig& config);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    const ListenerConfig& config() const { return config_; }
    // The addresses bound, with the real port.
    const std::vector<Endpoint>& bound() const { return bound_; }

    // On shard 0.
    void listen();
    void close();

  private:
    struct Socket {
        boost::asio::posix::stream_descriptor descriptor;
        bool waits = false;
    };
    struct Pause : Timer {
        Listener* listener = nullptr;
    };
    struct Resume : Letter {
        Listener* listener = nullptr;
    };

    void wait_all();
    void wait(Socket& socket);
    void accept_some(Socket& socket);
    // False when there is nobody to accept, or nobody can be now.
    bool accept_one(Socket& socket);
    void could_not_accept(int error);
    void hand_over(int socket, Endpoint peer);

    Shards& shards_;
    const ListenerConfig& config_;
    std::vector<Endpoint> bound_;
    std::list<Socket> sockets_;
    Pause pause_;                        // after running out of file descriptors
    Resume resume_;                      // after max.connections
    std::atomic<bool> resuming_{false};  // that letter is on its way
};

}  // namespace kafka::broker
