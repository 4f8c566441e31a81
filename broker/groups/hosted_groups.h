// One partition of `__consumer_offsets` with the groups in it, as its shard hosts it: the runtime,
// and the requests that wait for an answer. Lives on that shard.
#pragma once

#include <coroutine>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "broker/coordinator_partitions.h"
#include "coordinator/runtime.h"
#include "groups/group_coordinator.h"

namespace kafka::broker {

class HostedGroups final : coordinator::Outbox<groups::Reply> {
  public:
    using Runtime = coordinator::Runtime<groups::GroupCoordinator>;

    // `loading_wanted` is set when there is something to load.
    HostedGroups(PartitionIndex /*index*/, storage::Partition& partition, bool& loading_wanted)
        : loading_wanted_(loading_wanted), runtime_(partition, *this) {
        loading_wanted_ = true;
    }
    HostedGroups(const HostedGroups&) = delete;
    HostedGroups& operator=(const HostedGroups&) = delete;
    // Whoever still waits is told NOT_COORDINATOR.
    ~HostedGroups() override { fail_all(ErrorCode::NOT_COORDINATOR); }

    Runtime& runtime() { return runtime_; }

    // Awaits the reply to a token. Made before the decision, as the reply may come at once.
    class Waiter {
      public:
        Waiter(HostedGroups& groups, groups::Token token) : groups_(&groups), token_(token) {
            groups.waiters_.emplace(token.value, this);
        }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() {
            if (!outcome_) groups_->waiters_.erase(token_.value);
        }

        bool await_ready() const { return outcome_.has_value(); }
        void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
        Coordinated<groups::Response> await_resume() { return std::move(*outcome_); }

      private:
        friend class HostedGroups;

        HostedGroups* groups_;
        groups::Token token_;
        std::coroutine_handle<> waiting_;
        std::optional<Coordinated<groups::Response>> outcome_;
    };

    // Nobody waits for this answer any more. The group does not mind: its member may come back.
    void abandon(groups::Token token) {
        finish(token, Coordinated<groups::Response>(ErrorCode::REQUEST_TIMED_OUT));
    }

  private:
    void send(groups::Reply reply) override {
        finish(reply.to, Coordinated<groups::Response>(std::move(reply.response)));
    }
    void fail_all(ErrorCode error) override {
        while (!waiters_.empty()) {
            finish({waiters_.begin()->first}, Coordinated<groups::Response>(error));
        }
    }
    void wants_loading() override { loading_wanted_ = true; }

    void finish(groups::Token token, Coordinated<groups::Response> outcome) {
        const auto found = waiters_.find(token.value);
        if (found == waiters_.end()) return;  // it was abandoned
        Waiter& waiter = *found->second;
        waiters_.erase(found);
        waiter.outcome_.emplace(std::move(outcome));
        if (waiter.waiting_) waiter.waiting_.resume();
    }

    bool& loading_wanted_;
    std::unordered_map<std::uint64_t, Waiter*> waiters_;
    Runtime runtime_;
};

}  // namespace kafka::broker
