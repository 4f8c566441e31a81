// Watches the partitions of one share for a parked fetch, on the shard that owns them, and reports
// when there is enough to read. It reads the share itself before it reports, so that a record takes
// one crossing from the shard it is appended on to the shard that answers.
//
// On the heap, because the fetch may end (its time is over, its connection is gone) while letters
// are on their way: whoever opens the last of them deletes the watch. Members of the fetch's side
// are touched on the home shard only, those of the owner's side on the owner only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "broker/fetch/fetch_share.h"
#include "broker/letter.h"
#include "storage/partition_observer.h"

namespace kafka::broker {

class FetchWatch;

// Whom a watch reports to. On the home shard.
class FetchWatchListener {
  public:
    virtual void reported(FetchWatch& watch) = 0;

  protected:
    ~FetchWatchListener() = default;
};

class FetchWatch {
  public:
    FetchWatch(Shard& home, FetchWatchListener& listener, std::unique_ptr<FetchShare> share)
        : home_(home), listener_(&listener), share_(std::move(share)) {}

    // Home. Reports once the share holds `threshold_bytes` or something urgent; not earlier than
    // this call has returned. To be called again after a report, to go on watching.
    void start(std::int64_t threshold_bytes);
    // Home. The listener hears no more of this watch, which deletes itself.
    void stop();

    // Home, between a report and the next start().
    FetchShare& share() { return *share_; }
    bool has_reported() const { return has_reported_; }

  private:
    struct Note : Letter {
        explicit Note(FetchWatch& w) : watch(w) {}
        FetchWatch& watch;
    };
    class Observer final : public storage::PartitionObserver {
      public:
        Observer(FetchWatch& watch, const FetchItem& item) : watch_(watch), item_(item) {}
        void partition_changed(storage::Partition&, storage::PartitionChange change) override;

      private:
        FetchWatch& watch_;
        const FetchItem& item_;
    };
    ~FetchWatch() = default;

    template <void (FetchWatch::*Member)()>
    static void open(Letter& letter, Shard&) {
        (static_cast<Note&>(letter).watch.*Member)();
    }

    // Owner
    void arm();
    void disarm();
    void wake_soon();
    void wake();
    void farewell();
    // Home
    void deliver_report();
    void end();

    Shard& home_;
    FetchWatchListener* listener_;  // home; null once stopped
    bool has_reported_ = false;     // home

    std::unique_ptr<FetchShare> share_;  // the owner's from start() to the report
    std::int64_t threshold_bytes_ = 0;
    bool wake_posted_ = false;                          // owner
    bool stopped_ = false;                              // owner
    std::vector<std::unique_ptr<Observer>> observers_;  // owner

    Note arm_{*this};
    Note wake_{*this};
    Note report_{*this};
    Note disarm_{*this};
    Note end_{*this};
};

}  // namespace kafka::broker
