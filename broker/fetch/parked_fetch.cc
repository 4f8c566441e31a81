#include "broker/fetch/parked_fetch.h"

#include <algorithm>

namespace kafka::broker {

ParkedFetch::ParkedFetch(RequestContext& context, std::vector<std::unique_ptr<FetchShare>> shares,
                         std::int64_t min_bytes, std::chrono::milliseconds max_wait)
    : context_(context), max_wait_(max_wait), missing_bytes_(min_bytes) {
    for (auto& share : shares) {
        held_bytes_.push_back(share->bytes());
        missing_bytes_ -= share->bytes();
        watches_.push_back(new FetchWatch(context.shard(), *this, std::move(share)));
    }
}

ParkedFetch::~ParkedFetch() {
    for (FetchWatch* watch : watches_) watch->stop();
}

void ParkedFetch::await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    resume_.fetch = this;
    resume_.open = [](Letter& letter, Shard&) {
        static_cast<Resume&>(letter).fetch->waiting_.resume();
    };
    alarm_.fetch = this;
    alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).fetch->finish(false); };
    hangup_.fetch = this;
    hangup_.abandoned = [](Abandonment& self) { static_cast<Hangup&>(self).fetch->finish(false); };

    Shard& home = context_.shard();
    home.timers().arm(alarm_, home.clock().monotonic() + max_wait_);
    context_.on_abandoned(&hangup_);
    for (std::size_t i = 0; i < watches_.size(); ++i) {
        watches_[i]->start(threshold_of(held_bytes_[i]));
    }
    // The connection may have gone while the shares were read.
    if (context_.abandoned()) finish(false);
}

// Each share reports when it alone has an equal part of what is missing: then no report can be
// missed, and few are needed before there is enough.
std::int64_t ParkedFetch::threshold_of(std::int64_t bytes_held) const {
    const auto parts = static_cast<std::int64_t>(watches_.size());
    return bytes_held + std::max<std::int64_t>(1, (missing_bytes_ + parts - 1) / parts);
}

void ParkedFetch::reported(FetchWatch& watch) {
    if (finished_) return;
    const auto place = static_cast<std::size_t>(
        std::distance(watches_.begin(), std::ranges::find(watches_, &watch)));
    const std::int64_t bytes = watch.share().bytes();
    missing_bytes_ -= bytes - held_bytes_[place];
    held_bytes_[place] = bytes;
    if (missing_bytes_ <= 0 || watch.share().is_urgent()) return finish(true);
    watch.start(threshold_of(bytes));
}

void ParkedFetch::finish(bool woken) {
    if (finished_) return;
    finished_ = true;
    woken_ = woken;
    context_.shard().timers().cancel(alarm_);
    context_.on_abandoned(nullptr);
    // Not from here: the caller is a report, a timer or a connection that is just going.
    context_.shard().post(resume_);
}

std::vector<FetchShare*> ParkedFetch::reported_shares() const {
    std::vector<FetchShare*> shares;
    for (FetchWatch* watch : watches_) {
        if (watch->has_reported()) shares.push_back(&watch->share());
    }
    return shares;
}

}  // namespace kafka::broker
