// What a shard does now and then for its partitions: retention, expiry of producers, and syncs, of
// what flush.ms asks for and of segments that were rolled. One timer each, at the intervals of
// Kafka's keys. None of it waits to read from the disk. Lives on its shard's thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

#include "broker/letter.h"
#include "broker/page_fetch.h"
#include "broker/removals.h"
#include "broker/shard.h"
#include "broker/timers.h"

namespace kafka::broker {

struct HousekeepingIntervals {
    std::chrono::milliseconds retention_check;  // log.retention.check.interval.ms
    std::chrono::milliseconds flush_check;      // log.flush.scheduler.interval.ms; mostly never
    std::chrono::milliseconds checkpoint;       // log.flush.offset.checkpoint.interval.ms
    std::chrono::milliseconds producer_check;   // producer.id.expiration.check.interval.ms
};

struct BrokerConfig;
HousekeepingIntervals housekeeping_intervals(const BrokerConfig& config);

class Housekeeping {
  public:
    Housekeeping(Shard& shard, Removals& removals, HousekeepingIntervals intervals);
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    void start();
    void stop();

    // What the timers do.
    void apply_retention();
    void expire_producers();
    void flush_what_is_due();
    void flush_segments();

  private:
    // Of a partition, or of none when it is gone, as far as this turn goes.
    void apply_retention(const TopicIdPartition& key, storage::Partition* partition);
    void begin_turn() { left_to_drop_ = kSegmentsPerTurn; }
    // Of what a turn has left to do: fetches pages, or has the next turn come.
    void end_turn();
    void go_on_with_retention();
    void go_on_dropping();

    // Does its work at its interval, from start() to stop().
    struct Alarm : Timer {
        Alarm(Housekeeping& of, void (Housekeeping::*its_work)(), std::chrono::milliseconds its);

        Housekeeping& owner;
        void (Housekeeping::*const work)();
        const std::chrono::milliseconds interval;
    };
    void rearm(Alarm& alarm);

    Shard& shard_;
    Removals& removals_;
    std::array<Alarm, 4> alarms_;
    // Partitions whose retention waits for pages of indexes; they go on when these are there.
    std::vector<TopicIdPartition> cold_;
    std::vector<storage::MissingPages> missing_;
    PageFetch fetch_;
    // To drop a segment is to rename its files. When many have expired at once, as after
    // retention.ms was lowered, others get their turn in between.
    struct NextTurn : Letter {
        Housekeeping* owner = nullptr;
        bool is_posted = false;
    };
    static constexpr std::size_t kSegmentsPerTurn = 4;
    std::deque<TopicIdPartition> undropped_;
    std::size_t left_to_drop_ = 0;  // in this turn
    NextTurn next_turn_;
    int turns_in_vain_ = 0;  // in which nothing was dropped, and nobody had all pages
};

}  // namespace kafka::broker
