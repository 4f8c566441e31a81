// Awaiters that take a piece of work to another thread and resume the coroutine on its own shard
// when it is done. Each is an intrusive letter in the frame of the coroutine that waits, so
// crossing allocates nothing; when the work belongs to the coroutine's own shard it runs at once,
// without suspending. The work is called by reference: it must be a named local of the coroutine.
#pragma once

#include <atomic>
#include <coroutine>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/task.h"
#include "broker/blocking_pool.h"
#include "broker/shard.h"

namespace kafka::broker {

// Where the result of the work lies until the coroutine takes it.
template <class T>
class ResultSlot {
  public:
    template <class Work, class... Arguments>
    void fill(Work& work, Arguments&&... arguments) {
        value_.emplace(work(std::forward<Arguments>(arguments)...));
    }
    void put(T value) { value_.emplace(std::move(value)); }
    T take() { return std::move(*value_); }

  private:
    std::optional<T> value_;
};
template <>
class ResultSlot<void> {
  public:
    template <class Work, class... Arguments>
    void fill(Work& work, Arguments&&... arguments) {
        work(std::forward<Arguments>(arguments)...);
    }
    void take() const {}
};

// Runs `work(Shard& there)` on one other shard.
template <class Work>
class Crossing : Letter {
  public:
    using Value = std::invoke_result_t<Work&, Shard&>;

    Crossing(Shard& home, Shard& target, Work work)
        : home_(home), target_(target), work_(std::move(work)) {}
    Crossing(const Crossing&) = delete;
    Crossing& operator=(const Crossing&) = delete;

    bool await_ready() {
        if (&home_ != &target_) return false;
        value_.fill(work_, home_);
        return true;
    }
    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        open = [](Letter& letter, Shard& there) { static_cast<Crossing&>(letter).arrive(there); };
        target_.post(*this);
    }
    Value await_resume() { return value_.take(); }

  private:
    void arrive(Shard& there) {
        value_.fill(work_, there);
        open = [](Letter& letter, Shard&) { static_cast<Crossing&>(letter).waiting_.resume(); };
        home_.post(*this);
    }

    Shard& home_;
    Shard& target_;
    Work work_;
    std::coroutine_handle<> waiting_;
    ResultSlot<Value> value_;
};

// Runs `work(Shard& there)` on each of several shards at the same time, and resumes when the last
// has finished. The visits write to places of their own: nothing is returned.
template <class Work>
class RoundTrip : Letter {
  public:
    RoundTrip(Shard& home, std::span<Shard* const> targets, Work& work)
        : home_(home), targets_(targets), work_(work) {}
    RoundTrip(const RoundTrip&) = delete;
    RoundTrip& operator=(const RoundTrip&) = delete;

    bool await_ready() {
        for (Shard* target : targets_) {
            if (target != &home_) return false;
        }
        if (!targets_.empty()) work_(home_);
        return true;
    }
    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        open = [](Letter& letter, Shard&) { static_cast<RoundTrip&>(letter).waiting_.resume(); };
        // One more than the visits: the last to finish may otherwise resume (and free) us here.
        to_come_.store(targets_.size() + 1, std::memory_order_relaxed);
        if (targets_.size() > std::size(few_)) many_.resize(targets_.size());
        Visit* visits = many_.empty() ? few_ : many_.data();
        bool visit_home = false;
        for (Shard* target : targets_) {
            if (target == &home_) {
                visit_home = true;
                continue;
            }
            visits->trip = this;
            visits->open = [](Letter& letter, Shard& there) {
                RoundTrip& trip = *static_cast<Visit&>(letter).trip;
                trip.work_(there);
                trip.one_is_back();
            };
            target->post(*visits++);
        }
        // The others are on their way: now our own share.
        if (visit_home) {
            work_(home_);
            one_is_back();
        }
        one_is_back();
    }
    void await_resume() const {}

  private:
    struct Visit : Letter {
        RoundTrip* trip = nullptr;
    };

    void one_is_back() {
        if (to_come_.fetch_sub(1, std::memory_order_acq_rel) == 1) home_.post(*this);
    }

    Shard& home_;
    std::span<Shard* const> targets_;
    Work& work_;
    std::coroutine_handle<> waiting_;
    std::atomic<std::size_t> to_come_{0};
    Visit few_[8];
    std::vector<Visit> many_;
};

// Runs `work()` on the blocking pool.
template <class Work>
class BlockingCall : Letter, BlockingJob {
  public:
    using Value = std::invoke_result_t<Work&>;

    BlockingCall(Shard& home, BlockingPool& pool, Work& work)
        : home_(home), pool_(pool), work_(work) {}
    BlockingCall(const BlockingCall&) = delete;
    BlockingCall& operator=(const BlockingCall&) = delete;

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        open = [](Letter& letter, Shard&) { static_cast<BlockingCall&>(letter).waiting_.resume(); };
        run = [](BlockingJob& job) {
            auto& call = static_cast<BlockingCall&>(job);
            call.value_.fill(call.work_);
            call.home_.post(call);
        };
        pool_.submit(*this);
    }
    Value await_resume() { return value_.take(); }

  private:
    Shard& home_;
    BlockingPool& pool_;
    Work& work_;
    std::coroutine_handle<> waiting_;
    ResultSlot<Value> value_;
};

template <class T>
inline constexpr bool kIsTask = false;
template <class T>
inline constexpr bool kIsTask<Task<T>> = true;

// Runs the coroutine `work(Argument&)` on another shard, from its first line to its last.
template <class Work, class Argument>
class RemoteTask : Letter {
  public:
    using Started = std::invoke_result_t<Work&, Argument&>;
    using Value = decltype(std::declval<Started&>().take());

    RemoteTask(Shard& home, Shard& target, Work& work, Argument& argument)
        : home_(home), target_(target), work_(work), argument_(argument) {}
    RemoteTask(const RemoteTask&) = delete;
    RemoteTask& operator=(const RemoteTask&) = delete;

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        open = [](Letter& letter, Shard&) {
            auto& self = static_cast<RemoteTask&>(letter);
            self.task_ = self.work_(self.argument_);
            self.task_.start(&RemoteTask::finished, &self);
        };
        target_.post(*this);
    }
    Value await_resume() { return task_.take(); }

  private:
    static void finished(void* self_pointer) {
        auto& self = *static_cast<RemoteTask*>(self_pointer);
        self.open = [](Letter& letter, Shard&) {
            static_cast<RemoteTask&>(letter).waiting_.resume();
        };
        self.home_.post(self);
    }

    Shard& home_;
    Shard& target_;
    Work& work_;
    Argument& argument_;
    std::coroutine_handle<> waiting_;
    Started task_;
};

}  // namespace kafka::broker
