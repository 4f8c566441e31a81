// One partition of `__transaction_state` with the transactional ids in it, as its shard hosts it:
// the runtime, and those who wait until markers have been written. Lives on that shard.
#pragma once

#include <coroutine>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/runtime.h"
#include "transactions/transaction_coordinator.h"

namespace kafka::broker {

// Takes what has been decided to the partitions.
class MarkerSink {
  public:
    virtual ~MarkerSink() = default;
    virtual void write(PartitionIndex coordinator, CoordinatorEpoch epoch,
                       transactions::MarkersToWrite markers) = 0;
};

class HostedTransactions final : coordinator::Outbox<transactions::MarkersToWrite> {
  public:
    using Runtime = coordinator::Runtime<transactions::TransactionCoordinator>;

    HostedTransactions(PartitionIndex index, storage::Partition& partition, bool& loading_wanted,
                       MarkerSink& sink)
        : index_(index),
          partition_(partition),
          sink_(sink),
          loading_wanted_(loading_wanted),
          runtime_(partition, *this) {
        loading_wanted_ = true;
    }
    HostedTransactions(const HostedTransactions&) = delete;
    HostedTransactions& operator=(const HostedTransactions&) = delete;
    ~HostedTransactions() override { tell_all(); }

    Runtime& runtime() { return runtime_; }

    // Awaits that the markers of an id have been tried on all partitions. Not an outcome: the
    // transaction is decided, and whoever could not be told will be.
    class MarkerWait {
      public:
        MarkerWait(HostedTransactions& hosted, const std::string& id) {
            const transactions::Transaction* found = hosted.runtime_.machine().find(id);
            if (!found || !found->markers_under_way) return;
            over_ = false;
            hosted.waiting_.emplace(id, this);
        }
        MarkerWait(const MarkerWait&) = delete;
        MarkerWait& operator=(const MarkerWait&) = delete;

        bool await_ready() const { return over_; }
        void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
        void await_resume() const {}

      private:
        friend class HostedTransactions;

        bool over_ = true;
        std::coroutine_handle<> waiting_;
    };

    // The markers have been tried.
    void tell(const std::string& id) {
        std::vector<MarkerWait*> told;
        const auto [first, end] = waiting_.equal_range(id);
        for (auto at = first; at != end; ++at) told.push_back(at->second);
        waiting_.erase(first, end);
        resume(told);
    }

  private:
    void send(transactions::MarkersToWrite markers) override {
        sink_.write(index_, CoordinatorEpoch{partition_.leader_epoch().value}, std::move(markers));
    }
    void fail_all(ErrorCode) override { tell_all(); }
    void wants_loading() override { loading_wanted_ = true; }

    void tell_all() {
        std::vector<MarkerWait*> told;
        for (const auto& [id, wait] : waiting_) told.push_back(wait);
        waiting_.clear();
        resume(told);
    }
    static void resume(const std::vector<MarkerWait*>& told) {
        for (MarkerWait* wait : told) {
            wait->over_ = true;
            if (wait->waiting_) wait->waiting_.resume();
        }
    }

    const PartitionIndex index_;
    storage::Partition& partition_;
    MarkerSink& sink_;
    bool& loading_wanted_;
    std::unordered_multimap<std::string, MarkerWait*> waiting_;
    Runtime runtime_;
};

}  // namespace kafka::broker
