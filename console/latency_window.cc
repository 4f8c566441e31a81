#include "console/latency_window.h"

namespace kafka::console {

Latencies LatencyWindow::advance(std::chrono::nanoseconds now, const Latencies& totals) {
    while (past_.size() > 1 && past_[1].at <= now - kLength) past_.pop_front();
    Latencies lately = totals;
    if (!past_.empty()) {
        for (const auto& [api, older] : past_.front().totals) lately[api] -= older;
    }
    if (past_.empty() || past_.back().at + kStep <= now) past_.push_back({now, totals});
    return lately;
}

}  // namespace kafka::console
