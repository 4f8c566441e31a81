// A few threads for what may block on the disk: fsync, deletes, cold reads. They start with the
// first job and not before. Nothing of a shard may be touched by a job but what it was given.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace kafka::broker {

struct BlockingJob {
    BlockingJob* next = nullptr;
    void (*run)(BlockingJob& job) = nullptr;  // may free or reuse the job
};

class BlockingPool {
  public:
    // Each of its threads begins with `prepare`.
    explicit BlockingPool(std::size_t max_threads, void (*prepare)() = &nothing)
        : max_threads_(max_threads), prepare_(prepare) {}
    // Finishes every job that was submitted.
    ~BlockingPool();

    std::size_t max_threads() const { return max_threads_; }
    // Any thread. Jobs start in the order in which they were submitted.
    void submit(BlockingJob& job);
    // Any thread but the pool's own: returns when every job submitted so far has run.
    void finish_jobs();

  private:
    static void nothing() {}
    void work();

    const std::size_t max_threads_;
    void (*const prepare_)();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable all_idle_;
    BlockingJob* first_ = nullptr;
    BlockingJob* last_ = nullptr;
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace kafka::broker
