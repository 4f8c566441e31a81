#include "broker/blocking_pool.h"

#include <utility>

namespace kafka::broker {

BlockingPool::~BlockingPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BlockingPool::submit(BlockingJob& job) {
    {
        const std::lock_guard lock(mutex_);
        job.next = nullptr;
        (last_ ? last_->next : first_) = &job;
        last_ = &job;
        // Who is idle may have been woken for another job already.
        if (++queued_ > idle_ && threads_.size() < max_threads_) {
            threads_.emplace_back([this] { work(); });
            return;
        }
    }
    // Without the lock, which the thread that wakes up wants first.
    changed_.notify_one();
}

void BlockingPool::finish_jobs() {
    std::unique_lock lock(mutex_);
    all_idle_.wait(lock, [this] { return !first_ && idle_ == threads_.size(); });
}

void BlockingPool::work() {
    prepare_();
    std::unique_lock lock(mutex_);
    while (true) {
        if (BlockingJob* const job = first_) {
            first_ = job->next;
            if (!first_) last_ = nullptr;
            --queued_;
            lock.unlock();
            job->run(*job);
            lock.lock();
            continue;
        }
        if (stopping_) return;
        if (++idle_ == threads_.size()) all_idle_.notify_all();
        changed_.wait(lock);
        --idle_;
    }
}

}  // namespace kafka::broker
