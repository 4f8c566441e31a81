// The partitions of one internal topic that a shard leads, each with the coordinator whose log it
// is: hosted as the metadata says, loaded bit by bit and without waiting for the disk so that
// others on the shard get their turns, synced where flush.messages asks for it, and woken when
// something is due. Lives on the shard.
//
// Hosted is one of them: it has a Runtime (coordinator::Runtime of its state machine) and is made
// from its index, its partition, and a flag that it sets when there is something to load.
#pragma once

#include <algorithm>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "broker/group_commit.h"
#include "broker/page_fetch.h"
#include "broker/shard.h"
#include "broker/timers.h"
#include "cluster/image.h"
#include "coordinator/now.h"
#include "storage/partition.h"

namespace kafka::broker {

// What a coordinator answers, or why it cannot: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, …
template <class T>
using Coordinated = BasicResult<T, ErrorCode>;

inline coordinator::Now coordinator_now(const Clock& clock) {
    const auto steady = std::chrono::floor<std::chrono::milliseconds>(clock.monotonic()).count();
    return {TimestampMs{clock.wall_ms()}, coordinator::SteadyMs{steady}};
}

template <class Hosted>
class CoordinatorPartitions : Letter {
  public:
    using Context = typename Hosted::Runtime::Context;
    using All = std::map<PartitionIndex, Hosted>;

    // `touched` hears of each that was loaded, or that something has happened to.
    CoordinatorPartitions(Shard& shard, std::string_view topic, std::function<Context()> context,
                          std::function<void(Hosted&)> touched = {})
        : shard_(shard),
          topic_(topic),
          context_(std::move(context)),
          touched_(std::move(touched)),
          fetch_(shard, [this] { load(); }) {
        open = [](Letter& letter, Shard&) {
            auto& self = static_cast<CoordinatorPartitions&>(letter);
            self.load_posted_ = false;
            self.load();
        };
        alarm_.owner = this;
        alarm_.fire = [](Timer& timer) { static_cast<Alarm&>(timer).owner->run_due(); };
    }
    CoordinatorPartitions(const CoordinatorPartitions&) = delete;
    CoordinatorPartitions& operator=(const CoordinatorPartitions&) = delete;
    ~CoordinatorPartitions() { shard_.timers().cancel(alarm_); }

    // The image has moved and the shard's partitions with it. `more` goes to new ones.
    template <class... More>
    void metadata_changed(More&... more) {
        const cluster::Topic* topic = shard_.image().topics.find(topic_);
        if (!topic || topic->id != topic_id_) hosted_.clear();
        if (!topic) return;
        topic_id_ = topic->id;
        const auto count = static_cast<std::int32_t>(topic->partitions.size());
        for (PartitionIndex index{0}; index < PartitionIndex{count}; index += 1) {
            storage::Partition* partition = shard_.find({topic->id, index});
            if (!partition || !partition->is_leader() || find(index)) continue;
            hosted_.try_emplace(index, index, *partition, loading_wanted_, more...);
        }
        // What is empty, as after the topic was made, is ready at once.
        if (loading_wanted_ && !load_posted_) load();
    }
    // Before the partitions are closed. Nobody may wait any more.
    void clear() { hosted_.clear(); }

    // Null when it is not hosted here.
    Hosted* find(PartitionIndex partition) {
        const auto found = hosted_.find(partition);
        return found == hosted_.end() ? nullptr : &found->second;
    }
    All& all() { return hosted_; }

    // To be called after every event: it may have left something to load, records that are not
    // committed before they are synced, or a deadline that is closer than before.
    void after(Hosted& hosted) {
        if (loading_wanted_) load_soon();
        sync_if_needed(hosted);
        wake_for(hosted);
        if (touched_) touched_(hosted);
    }
    // To be called where nothing but a deadline can have changed.
    void wake_for(Hosted& hosted) {
        const coordinator::SteadyMs due = hosted.runtime().next_deadline();
        if (due == coordinator::kNever) return;
        const std::chrono::nanoseconds deadline = std::chrono::milliseconds(due.value);
        if (alarm_.armed() && alarm_.deadline <= deadline) return;
        shard_.timers().cancel(alarm_);
        shard_.timers().arm(alarm_, deadline);
    }

  private:
    // Of a log, before others on the shard get their turn.
    static constexpr std::int64_t kBytesPerLoadStep = 1 << 20;
    static constexpr std::chrono::milliseconds kLoadTurn{5};
    // For all that are loaded; the last of them may go beyond it.
    static constexpr std::uint64_t kBytesPerFetch = 4 << 20;

    enum class Loaded { Wholly, InPart, NotInCache };
    using Time = std::chrono::nanoseconds;

    struct Alarm : Timer {
        CoordinatorPartitions* owner = nullptr;
    };

    void sync_if_needed(Hosted& hosted) {
        // Where it stopped there may be no partition any more.
        if (hosted.runtime().availability() != ErrorCode::NONE) return;
        flush_if_needed(shard_, hosted.runtime().partition());
    }
    void load_soon() {
        if (std::exchange(load_posted_, true)) return;
        shard_.post(*this);
    }
    void load() {
        loading_wanted_ = false;
        const Time enough = shard_.clock().monotonic() + kLoadTurn;
        const bool patiently = turns_in_vain_ >= PageFetch::kTurnsBeforePatience;
        std::vector<storage::MissingPages> missing;
        for (auto& [index, hosted] : hosted_) {
            auto& runtime = hosted.runtime();
            if (runtime.availability() != ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) continue;
            const Loaded loaded = load(runtime, enough, patiently ? nullptr : &missing);
            if (loaded == Loaded::NotInCache) continue;
            turns_in_vain_ = 0;
            if (loaded == Loaded::Wholly) report_loaded(index, hosted);
            // What is empty costs nothing.
            const bool was_short = loaded == Loaded::Wholly && runtime.machine().size() == 0;
            if (!was_short && shard_.clock().monotonic() >= enough) {
                load_soon();
                break;
            }
        }
        if (loading_wanted_) load_soon();
        if (missing.empty() || fetch_.is_under_way()) return;
        ++turns_in_vain_;
        fetch_.begin(std::move(missing));
    }
    // As far as there is time, and nothing is missing in the page cache; without `missing` it is
    // waited for.
    Loaded load(typename Hosted::Runtime& runtime, Time enough,
                std::vector<storage::MissingPages>* missing) {
        std::vector<storage::MissingPages> missing_here;
        bool has_read = false;
        while (!runtime.load(kBytesPerLoadStep, context_(), missing ? &missing_here : nullptr)) {
            if (!missing_here.empty()) {
                add_within_bounds(std::move(missing_here), *missing);
                return has_read ? Loaded::InPart : Loaded::NotInCache;
            }
            has_read = true;
            if (shard_.clock().monotonic() >= enough) return Loaded::InPart;
        }
        return Loaded::Wholly;
    }
    static void add_within_bounds(std::vector<storage::MissingPages> more,
                                  std::vector<storage::MissingPages>& missing) {
        std::uint64_t bytes = 0;
        for (const storage::MissingPages& pages : missing) bytes += pages.size;
        if (bytes < kBytesPerFetch) std::ranges::move(more, std::back_inserter(missing));
    }
    void report_loaded(PartitionIndex index, Hosted& hosted) {
        const auto& runtime = hosted.runtime();
        if (runtime.unreadable_records() > 0) {
            log::warn("{} records of {}-{} could not be read and were skipped",
                      runtime.unreadable_records(), topic_, index.value);
        }
        sync_if_needed(hosted);
        wake_for(hosted);
        if (touched_) touched_(hosted);
    }
    void run_due() {
        for (auto& [index, hosted] : hosted_) {
            if (hosted.runtime().next_deadline() <= context_().now.steady) {
                hosted.runtime().run_due(context_());
            }
            after(hosted);
        }
    }

    Shard& shard_;
    const std::string topic_;
    const std::function<Context()> context_;
    const std::function<void(Hosted&)> touched_;
    Uuid topic_id_;
    All hosted_;
    bool loading_wanted_ = false;
    bool load_posted_ = false;
    PageFetch fetch_;
    int turns_in_vain_ = 0;  // in which no log was read for want of pages
    Alarm alarm_;
};

// Awaits that everything which a coordinator has written so far is committed.
template <class Runtime>
class CommitWait {
  public:
    explicit CommitWait(Runtime& runtime) {
        runtime.when_committed([this](ErrorCode error) {
            outcome_ = error;
            if (waiting_) waiting_.resume();
        });
    }
    CommitWait(const CommitWait&) = delete;
    CommitWait& operator=(const CommitWait&) = delete;

    bool await_ready() const { return outcome_.has_value(); }
    void await_suspend(std::coroutine_handle<> waiting) { waiting_ = waiting; }
    ErrorCode await_resume() const { return *outcome_; }

  private:
    std::optional<ErrorCode> outcome_;
    std::coroutine_handle<> waiting_;
};

}  // namespace kafka::broker
