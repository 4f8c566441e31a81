// Keeps every thread of a pool busy, so that a test decides when what it submits meanwhile begins.
#pragma once

#include <latch>
#include <vector>

#include "broker/blocking_pool.h"

namespace kafka::broker {

class HeldPool {
  public:
    explicit HeldPool(BlockingPool& pool) : pool_(pool), holds_(pool.max_threads()) {
        for (Hold& hold : holds_) {
            hold.end = &end_;
            pool_.submit(hold);
        }
    }
    HeldPool(const HeldPool&) = delete;
    HeldPool& operator=(const HeldPool&) = delete;
    ~HeldPool() {
        release();
        pool_.finish_jobs();
    }

    void release() {
        if (!end_.try_wait()) end_.count_down();
    }

  private:
    struct Hold : BlockingJob {
        Hold() {
            run = [](BlockingJob& job) { static_cast<Hold&>(job).end->wait(); };
        }
        std::latch* end = nullptr;
    };

    BlockingPool& pool_;
    std::latch end_{1};
    std::vector<Hold> holds_;
};

}  // namespace kafka::broker
