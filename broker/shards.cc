#include "broker/shards.h"

#include <latch>

#include "broker/config.h"
#include "broker/scheduling.h"
#include "broker/shard_loop.h"

namespace kafka::broker {
namespace {

constexpr std::size_t kBlockingThreads = 4;

struct Order : Letter {
    const std::function<void(Shard&)>* work = nullptr;
    std::latch* done = nullptr;
};

}  // namespace

Shards::Shards(std::size_t count, const BrokerConfig& config, const Clock& clock)
    : count_(count),
      config_(config),
      blocking_pool_(kBlockingThreads),
      reading_pool_(kBlockingThreads, &ask_for_long_turns),
      quota_(config.connection_limits) {
    CHECK(count > 0, "there is a shard");
    for (std::size_t i = 0; i < count; ++i) {
        const ShardId id{static_cast<std::uint32_t>(i)};
        shards_.push_back(std::make_unique<Shard>(id, *this, clock));
    }
}

Shards::~Shards() = default;

void Shards::start_threads() {
    for (const auto& shard : shards_) shard->loop().start_thread();
}

void Shards::stop_threads() {
    for (const auto& shard : shards_) shard->loop().stop_and_join();
}

void Shards::run_on(ShardId id, const std::function<void(Shard&)>& work) {
    carry_out({&shards_[static_cast<std::size_t>(id)], 1}, work);
}

void Shards::run_on_all(const std::function<void(Shard&)>& work) { carry_out(shards_, work); }

void Shards::carry_out(std::span<const std::unique_ptr<Shard>> where,
                       const std::function<void(Shard&)>& work) {
    std::latch done(static_cast<std::ptrdiff_t>(where.size()));
    std::vector<Order> orders(where.size());
    for (std::size_t i = 0; i < where.size(); ++i) {
        orders[i].work = &work;
        orders[i].done = &done;
        orders[i].open = [](Letter& letter, Shard& here) {
            const auto& order = static_cast<Order&>(letter);
            (*order.work)(here);
            order.done->count_down();
        };
        where[i]->post(orders[i]);
    }
    done.wait();
}

}  // namespace kafka::broker
