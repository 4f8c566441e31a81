// The broker's window for those who run it: /metrics for Prometheus and /health for whoever starts
// and stops processes, over HTTP on a port of its own. Looks at the broker and never changes it.
//
// One thread of its own, which sleeps unless somebody asks; what is asked is answered from copies
// that the shards make then (survey.h). Made and stopped by the thread that made the broker, and
// stopped before it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "broker/endpoint.h"
#include "broker/shards.h"
#include "console/latency_window.h"
#include "console/page.h"

namespace kafka::console {

class Console final : public Pages {
  public:
    // Binds; throws broker::ConfigError when it cannot.
    Console(broker::Shards& shards, const broker::Endpoint& where);
    ~Console() override;
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    // Answers from here on, until stop(). In between the shards' threads run, or will.
    void start();
    // The broker serves; before this, it is starting.
    void set_ready(bool ready);
    void stop();

    const std::vector<broker::Endpoint>& bound() const { return bound_; }

    // On the console's thread.
    void get(const std::string& path, std::function<void(Page)> answer) override;

  private:
    using Acceptor = boost::asio::ip::tcp::acceptor;

    void accept(Acceptor& acceptor);
    void accept_later(Acceptor& acceptor);
    // As visit_shards(); counted, as the thread must not end before the shards have answered.
    void visit(std::function<bool(broker::Shard&)> step, std::function<void()> done);
    void metrics(std::function<void(Page)> answer);
    void health(bool ready_wanted, std::function<void(Page)> answer);

    broker::Shards& shards_;
    boost::asio::io_context io_{1};
    std::list<Acceptor> acceptors_;
    std::vector<broker::Endpoint> bound_;
    std::thread thread_;
    LatencyWindow latencies_;
    bool ready_ = false;
    bool stopping_ = false;
    std::size_t visits_ = 0;
};

}  // namespace kafka::console
