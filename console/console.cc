#include "console/console.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "broker/bind.h"
#include "broker/config.h"
#include "console/exposition.h"
#include "console/http_session.h"
#include "console/survey.h"
#include "console/visit.h"

namespace kafka::console {
namespace {

constexpr int kBacklog = 64;
// A shard that has not looked at a letter for so long is stuck.
constexpr std::chrono::seconds kShardPatience{5};

constexpr std::chrono::milliseconds kPauseAfterError{100};

constexpr const char* kPlainText = "text/plain; charset=utf-8";
constexpr const char* kPrometheusText = "text/plain; version=0.0.4; charset=utf-8";

std::string render(const Survey& survey, LatencyWindow& window) {
    std::map<std::int16_t, broker::ApiMetrics> apis;
    for (const ShardView& shard : survey.shards) {
        for (const auto& [key, api] : shard.apis) apis[key] += api;
    }
    Latencies totals;
    for (const auto& [key, api] : apis) totals[key] = api.total_time;
    const Latencies lately =
        window.advance(std::chrono::steady_clock::now().time_since_epoch(), totals);

    Families families;
    expose_topics(survey, families);
    expose_groups(survey, families);
    expose_requests(apis, lately, families);
    expose_connections(survey, families);
    expose_process(families);
    return to_text(families);
}

}  // namespace

Console::Console(broker::Shards& shards, const broker::Endpoint& where) : shards_(shards) {
    std::string error;
    for (broker::BoundSocket& each : broker::bind_all(where, {}, error)) {
        const bool is_v6 = each.address.host.find(':') != std::string::npos;
        const auto protocol = is_v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4();
        acceptors_.emplace_back(io_, protocol, each.socket);
        bound_.push_back(std::move(each.address));
    }
    if (bound_.empty()) {
        throw broker::ConfigError(
            fmt::format("metrics.listener: cannot listen on {}: {}", where.to_string(), error));
    }
}

Console::~Console() { stop(); }

void Console::start() {
    for (Acceptor& acceptor : acceptors_) {
        acceptor.listen(kBacklog);
        accept(acceptor);
    }
    thread_ = std::thread([this] { io_.run(); });
}

void Console::set_ready(bool ready) {
    boost::asio::post(io_, [this, ready] { ready_ = ready; });
}

void Console::stop() {
    if (!thread_.joinable()) return;
    boost::asio::post(io_, [this] {
        stopping_ = true;
        if (visits_ == 0) io_.stop();
    });
    thread_.join();
}

void Console::visit(std::function<bool(broker::Shard&)> step, std::function<void()> done) {
    ++visits_;
    visit_shards(shards_, io_, std::move(step), [this, done = std::move(done)] {
        done();
        if (--visits_ == 0 && stopping_) io_.stop();
    });
}

void Console::accept(Acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](const boost::system::error_code& error,
                                            boost::asio::ip::tcp::socket socket) {
        if (error) return accept_later(acceptor);
        serve_http(std::move(socket), *this);
        accept(acceptor);
    });
}

// Out of file descriptors, most likely: trying again at once would spin.
void Console::accept_later(Acceptor& acceptor) {
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, kPauseAfterError);
    timer->async_wait(
        [this, &acceptor, timer](const boost::system::error_code&) { accept(acceptor); });
}

void Console::get(const std::string& path, std::function<void(Page)> answer) {
    if (stopping_) return answer({503, kPlainText, "stopping\n"});
    if (path == "/metrics") return metrics(std::move(answer));
    if (path == "/health" || path == "/health/ready") return health(true, std::move(answer));
    if (path == "/health/live") return health(false, std::move(answer));
    answer({404, kPlainText, "There are /metrics, /health, /health/ready and /health/live.\n"});
}

void Console::metrics(std::function<void(Page)> answer) {
    auto surveyor = std::make_shared<Surveyor>(shards_.count());
    visit([surveyor](broker::Shard& shard) { return surveyor->step(shard); },
          [this, surveyor, answer = std::move(answer)] {
              answer({200, kPrometheusText, render(surveyor->take(), latencies_)});
          });
}

void Console::health(bool ready_wanted, std::function<void(Page)> answer) {
    if (ready_wanted && !ready_) return answer({503, kPlainText, "not ready\n"});
    // Whichever comes first: all shards, or the end of patience.
    auto once = std::make_shared<std::function<void(Page)>>(std::move(answer));
    auto timer = std::make_shared<boost::asio::steady_timer>(io_, kShardPatience);
    timer->async_wait([once](const boost::system::error_code& error) {
        if (!error && *once) {
            std::exchange(*once, nullptr)({503, kPlainText, "a shard does not answer\n"});
        }
    });
    visit([](broker::Shard&) { return true; },
          [once, timer] {
              timer->cancel();
              if (*once) std::exchange(*once, nullptr)({200, kPlainText, "healthy\n"});
          });
}

}  // namespace kafka::console
