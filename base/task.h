// Task<T>: a lazy coroutine. It starts when it is awaited (or started by hand) and hands its result
// to the one who waits by symmetric transfer: one frame is allocated, and nothing else.
//
// A task and the one who awaits it live on the same thread, unless an awaiter inside moves it by
// resuming it elsewhere. Nothing is thrown across a task: an exception that escapes one aborts.
//
// g++ 12 miscompiles temporaries in statements with `co_await`: name lambdas and aggregates first.
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "base/check.h"

namespace kafka {

template <class T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
    std::coroutine_handle<> waiting;
    void (*on_done)(void*) = nullptr;
    void* on_done_argument = nullptr;

    struct ToWhoWaits {
        bool await_ready() const noexcept { return false; }
        void await_resume() const noexcept {}
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
            const TaskPromiseBase& promise = done.promise();
            if (promise.waiting) return promise.waiting;
            // May destroy the frame: nothing of it is touched afterwards.
            if (promise.on_done) promise.on_done(promise.on_done_argument);
            return std::noop_coroutine();
        }
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    ToWhoWaits final_suspend() const noexcept { return {}; }
    [[noreturn]] void unhandled_exception() const {
        check_failed("no exception", "an exception left a coroutine", __FILE__, __LINE__);
    }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
    std::optional<T> result;
    Task<T> get_return_object();
    template <class U>
    void return_value(U&& value) {
        result.emplace(std::forward<U>(value));
    }
    T take() {
        CHECK(result.has_value(), "the result of a task that has not finished");
        return std::move(*result);
    }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object();
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::TaskPromise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        if (this == &other) return *this;
        if (handle_) handle_.destroy();
        handle_ = std::exchange(other.handle_, {});
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    // For code that is not a coroutine: runs until the first real wait. `on_done(argument)` is
    // called when the task finishes, possibly before start() returns; it may destroy the task.
    void start(void (*on_done)(void*), void* argument) {
        handle_.promise().on_done = on_done;
        handle_.promise().on_done_argument = argument;
        handle_.resume();
    }
    bool done() const { return handle_.done(); }
    T take() { return handle_.promise().take(); }

    // Gives the frame away; whoever has it destroys it.
    Handle release() { return std::exchange(handle_, {}); }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
        handle_.promise().waiting = waiting;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

  private:
    Handle handle_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

}  // namespace kafka
