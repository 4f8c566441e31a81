#include "broker/broker.h"

#include <algorithm>
#include <latch>
#include <thread>
#include <utility>

#include "broker/shard_loop.h"

namespace kafka::broker {
namespace {

// What clients get to take their last answers.
constexpr std::chrono::seconds kFarewell{5};

std::size_t shard_count(std::size_t wanted) {
    if (wanted > 0) return wanted;
    // One core is left to the kernel's write-back, to the threads that may wait for a disk, and to
    // clients beside the broker: a shard that has to share its core sleeps and wakes more often.
    return std::max(std::thread::hardware_concurrency(), 2U) - 1;
}

}  // namespace

Broker::Broker(BrokerConfig config, const Clock& clock, storage::FileSystem& files,
               std::size_t shards)
    : config_(std::move(config)),
      clock_(clock),
      shards_(shard_count(shards), config_, clock),
      storage_(config_, clock, files, shards_) {
    for (const ListenerConfig& listener : config_.listeners) {
        listeners_.push_back(std::make_unique<Listener>(shards_, listener));
    }
}

Broker::~Broker() {
    if (running_) stop();
}

void Broker::start() {
    running_ = true;
    shards_.start_threads();
    storage_.start(endpoints());
    shards_.run_on(ShardId{0}, [this](Shard&) {
        for (const auto& listener : listeners_) listener->listen();
    });
}

void Broker::stop() {
    running_ = false;
    shards_.run_on(ShardId{0}, [this](Shard&) {
        for (const auto& listener : listeners_) listener->close();
    });
    close_connections();
    storage_.stop();
    shards_.stop_threads();
}

void Broker::close_connections() {
    const auto deadline = clock_.monotonic() + kFarewell;
    std::latch closed(static_cast<std::ptrdiff_t>(shards_.count()));
    shards_.run_on_all([&closed, deadline](Shard& shard) {
        shard.loop().close_all(deadline, [&closed] { closed.count_down(); });
    });
    closed.wait();
}

// What is advertised, or else what is listened on; clients are told better when they ask.
std::vector<cluster::BrokerEndpoint> Broker::endpoints() const {
    std::vector<cluster::BrokerEndpoint> all;
    for (const auto& listener : listeners_) {
        const auto bound = listener->bound();
        if (bound.empty()) continue;
        const Endpoint endpoint = listener->config().advertised.value_or(bound.front());
        all.push_back(
            {.listener = listener->config().name, .host = endpoint.host, .port = endpoint.port});
    }
    return all;
}

std::vector<BoundListener> Broker::bound() const {
    std::vector<BoundListener> all;
    for (const auto& listener : listeners_) {
        for (const Endpoint& address : listener->bound()) {
            all.push_back({listener->config().name, address});
        }
    }
    return all;
}

}  // namespace kafka::broker
