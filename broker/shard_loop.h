// The event loop of a shard: its thread, its connections, its mailbox and its clock. Asio stays in
// here and in the connections.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "broker/connection.h"
#include "broker/shard.h"

namespace kafka::broker {

class ShardLoop {
  public:
    explicit ShardLoop(Shard& shard);
    ~ShardLoop();

    void start_thread();
    // From another thread; the loop must have no connections any more.
    void stop_and_join();

    Shard& shard() { return shard_; }
    boost::asio::io_context& io() { return io_; }

    // Any thread.
    void wake();
    // Connections that are here or on their way, so that new ones can be spread.
    std::uint32_t load() const { return load_.load(std::memory_order_relaxed); }
    void expect_connection() { load_.fetch_add(1, std::memory_order_relaxed); }

    // -- The rest is for the shard's own thread.

    // The timers are to be looked at by then.
    void set_clock(std::chrono::nanoseconds earliest);
    void add_connection(const ListenerConfig& listener, int socket, Endpoint peer);
    struct ConnectionCounts {
        std::map<std::string, std::size_t, std::less<>> open;  // by listener
        std::uint64_t accepted = 0;                            // ever, here
    };
    ConnectionCounts count_connections() const;
    // Closes all connections as their requests get answered; `when_empty` is called once.
    void close_all(std::chrono::nanoseconds deadline, std::function<void()> when_empty);

    // The buffer to read into, of which nobody holds a part.
    BufferRef& scratch();
    // The same while its contents are being handled.
    const BufferRef& scratch_in_use() const { return scratch_; }
    std::unique_ptr<Encoder> take_encoder();
    void give_back(std::unique_ptr<Encoder> encoder);

    void attend_later(Connection& connection);
    // At the end of every event.
    void attend_all();
    void touched(Connection& connection);
    // Destroys a closed connection that nothing waits for.
    void bury(Connection& connection);

  private:
    void open_letters();
    void close_idle();
    void close_rest();
    void report_if_empty();
    void list_as_newest(Connection& connection);
    void unlist(Connection& connection);

    // One wake-up is on its way at most, so its memory can be set aside.
    struct WakeMemory {
        alignas(std::max_align_t) std::byte bytes[256];
    };
    template <class T>
    struct WakeAllocator;

    Shard& shard_;
    WakeMemory wake_memory_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_;
    boost::asio::steady_timer clock_;
    std::chrono::nanoseconds clock_set_for_ = std::chrono::nanoseconds::max();
    std::thread thread_;

    BufferRef scratch_;
    std::vector<std::unique_ptr<Encoder>> encoders_;
    std::vector<Connection*> to_attend_;
    std::vector<Connection*> attending_;

    // By last activity, so that one timer finds the idle ones.
    Connection* oldest_ = nullptr;
    Connection* newest_ = nullptr;
    std::size_t connections_ = 0;
    std::uint64_t accepted_ = 0;
    std::atomic<std::uint32_t> load_{0};
    std::chrono::nanoseconds max_idle_;
    struct IdleTimer : Timer {
        ShardLoop* loop;
    } idle_timer_;
    struct StopTimer : Timer {
        ShardLoop* loop;
    } stop_timer_;
    std::function<void()> when_empty_;
    bool stopping_ = false;
};

}  // namespace kafka::broker
