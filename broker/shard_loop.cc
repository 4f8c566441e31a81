#include "broker/shard_loop.h"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "base/log.h"
#include "broker/config.h"
#include "broker/connection_quota.h"
#include "broker/scheduling.h"
#include "broker/shards.h"

namespace kafka::broker {
namespace {

constexpr std::size_t kScratchBytes = 128 << 10;
constexpr std::size_t kKeptEncoders = 16;

}  // namespace

template <class T>
struct ShardLoop::WakeAllocator {
    using value_type = T;
    WakeMemory* memory;

    explicit WakeAllocator(WakeMemory& from) : memory(&from) {}
    template <class U>
    WakeAllocator(const WakeAllocator<U>& other) : memory(other.memory) {}
    T* allocate([[maybe_unused]] std::size_t count) {
        static_assert(sizeof(T) <= sizeof(WakeMemory), "a wake-up fits the memory set aside");
        return reinterpret_cast<T*>(memory->bytes);
    }
    void deallocate(T*, std::size_t) {}
    bool operator==(const WakeAllocator&) const = default;
};

ShardLoop::ShardLoop(Shard& shard)
    : shard_(shard),
      stay_(io_.get_executor()),
      clock_(io_),
      max_idle_(std::chrono::milliseconds(shard.all().config().connections_max_idle_ms)) {
    idle_timer_.loop = this;
    idle_timer_.fire = [](Timer& timer) { static_cast<IdleTimer&>(timer).loop->close_idle(); };
    stop_timer_.loop = this;
    stop_timer_.fire = [](Timer& timer) { static_cast<StopTimer&>(timer).loop->close_rest(); };
}

ShardLoop::~ShardLoop() {
    CHECK(connections_ == 0, "connections are closed before their loop goes");
    shard_.timers().cancel(idle_timer_);
    shard_.timers().cancel(stop_timer_);
}

void ShardLoop::start_thread() {
    thread_ = std::thread([this] {
        ask_for_short_turns();
        io_.run();
    });
}

void ShardLoop::stop_and_join() {
    stay_.reset();
    io_.stop();
    if (thread_.joinable()) thread_.join();
}

void ShardLoop::wake() {
    auto open = [this] {
        open_letters();
        attend_all();
    };
    boost::asio::post(
        io_, boost::asio::bind_allocator(WakeAllocator<std::byte>(wake_memory_), std::move(open)));
}

void ShardLoop::open_letters() {
    for (Letter* letter = shard_.take_letters(); letter;) {
        // Opening may free the letter, or send it on.
        Letter* const next = letter->next;
        letter->open(*letter, shard_);
        letter = next;
    }
}

void ShardLoop::set_clock(std::chrono::nanoseconds earliest) {
    // A clock that is set too early costs one look at the timers; moving it costs a system call for
    // every long poll.
    if (earliest >= clock_set_for_) return;
    clock_set_for_ = earliest;
    clock_.expires_after(earliest - shard_.clock().monotonic());
    clock_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;  // It was set for an earlier time.
        clock_set_for_ = std::chrono::nanoseconds::max();
        Timers& timers = shard_.timers();
        timers.fire_due(shard_.clock().monotonic());
        attend_all();
        if (!timers.empty()) set_clock(timers.earliest());
    });
}

void ShardLoop::add_connection(const ListenerConfig& listener, int socket, Endpoint peer) {
    auto* connection = new Connection(*this, listener, socket, std::move(peer));
    ++connections_;
    ++accepted_;
    connection->last_active_ = shard_.clock().monotonic();
    list_as_newest(*connection);
    if (max_idle_.count() >= 0 && !idle_timer_.armed()) {
        shard_.timers().arm(idle_timer_, oldest_->last_active_ + max_idle_);
    }
    connection->begin();
    if (stopping_) connection->close_now();
}

ShardLoop::ConnectionCounts ShardLoop::count_connections() const {
    ConnectionCounts counts;
    counts.accepted = accepted_;
    for (const Connection* each = oldest_; each; each = each->newer_) {
        ++counts.open[each->listener_.name];
    }
    return counts;
}

void ShardLoop::close_all(std::chrono::nanoseconds deadline, std::function<void()> when_empty) {
    stopping_ = true;
    when_empty_ = std::move(when_empty);
    shard_.timers().cancel(idle_timer_);
    for (Connection* each = oldest_; each; each = each->newer_) each->close_gracefully();
    shard_.timers().arm(stop_timer_, deadline);
    attend_all();
    report_if_empty();
}

void ShardLoop::close_rest() {
    for (Connection* each = oldest_; each; each = each->newer_) each->close_now();
}

void ShardLoop::report_if_empty() {
    if (connections_ > 0 || !when_empty_) return;
    shard_.timers().cancel(stop_timer_);
    std::exchange(when_empty_, nullptr)();
}

BufferRef& ShardLoop::scratch() {
    if (!scratch_ || scratch_.is_shared()) scratch_ = BufferRef::allocate(kScratchBytes);
    return scratch_;
}

std::unique_ptr<Encoder> ShardLoop::take_encoder() {
    if (encoders_.empty()) return std::make_unique<Encoder>();
    auto encoder = std::move(encoders_.back());
    encoders_.pop_back();
    return encoder;
}

void ShardLoop::give_back(std::unique_ptr<Encoder> encoder) {
    if (encoders_.size() >= kKeptEncoders) return;
    encoder->clear();
    encoders_.push_back(std::move(encoder));
}

void ShardLoop::attend_later(Connection& connection) { to_attend_.push_back(&connection); }

void ShardLoop::attend_all() {
    while (!to_attend_.empty()) {
        attending_.swap(to_attend_);
        for (Connection* connection : attending_) {
            connection->listed_ = false;
            connection->attend();
        }
        attending_.clear();
    }
}

void ShardLoop::touched(Connection& connection) {
    if (newest_ == &connection) return;
    unlist(connection);
    list_as_newest(connection);
}

void ShardLoop::list_as_newest(Connection& connection) {
    connection.older_ = newest_;
    connection.newer_ = nullptr;
    (newest_ ? newest_->newer_ : oldest_) = &connection;
    newest_ = &connection;
}

void ShardLoop::unlist(Connection& connection) {
    (connection.older_ ? connection.older_->newer_ : oldest_) = connection.newer_;
    (connection.newer_ ? connection.newer_->older_ : newest_) = connection.older_;
}

void ShardLoop::bury(Connection& connection) {
    unlist(connection);
    shard_.all().quota().release(connection.peer_.host);
    delete &connection;
    --connections_;
    load_.fetch_sub(1, std::memory_order_relaxed);
    report_if_empty();
}

void ShardLoop::close_idle() {
    const auto now = shard_.clock().monotonic();
    while (oldest_ && oldest_->last_active_ + max_idle_ <= now) {
        Connection& connection = *oldest_;
        if (connection.is_busy()) {
            connection.touch();
            continue;
        }
        log::debug("closing the connection from {}: idle", connection.peer_.to_string());
        connection.close_now();
        // It is buried at the end of this event; until then it must not be found again.
        touched(connection);
        connection.last_active_ = now;
    }
    if (oldest_) shard_.timers().arm(idle_timer_, oldest_->last_active_ + max_idle_);
}

}  // namespace kafka::broker
