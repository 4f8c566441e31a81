#include "console/visit.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

namespace kafka::console {
namespace {

using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

// Lives on the console's thread; the letters only carry it.
struct Round {
    Round(boost::asio::io_context& home) : guard(home.get_executor()) {}

    Guard guard;
    std::function<bool(broker::Shard&)> step;
    std::function<void()> done;
    std::size_t to_come = 0;
};

// Owned by nobody but itself: it is sent on until its shard is done, and then deleted.
struct Visit : broker::Letter {
    Round* round = nullptr;
};

void arrived(Round* round) {
    if (--round->to_come > 0) return;
    const std::unique_ptr<Round> last(round);
    last->done();
}

void open_visit(broker::Letter& letter, broker::Shard& here) {
    auto& visit = static_cast<Visit&>(letter);
    if (!visit.round->step(here)) return here.post(letter);
    const std::unique_ptr<Visit> opened(&visit);
    boost::asio::post(opened->round->guard.get_executor(),
                      [round = opened->round] { arrived(round); });
}

}  // namespace

void visit_shards(broker::Shards& shards, boost::asio::io_context& home,
                  std::function<bool(broker::Shard&)> step, std::function<void()> done) {
    auto round = std::make_unique<Round>(home);
    round->step = std::move(step);
    round->done = std::move(done);
    round->to_come = shards.count();
    Round* const shared = round.release();
    for (std::uint32_t i = 0; i < shards.count(); ++i) {
        auto visit = std::make_unique<Visit>();
        visit->round = shared;
        visit->open = &open_visit;
        shards.at(broker::ShardId{i}).post(*visit.release());
    }
}

}  // namespace kafka::console
