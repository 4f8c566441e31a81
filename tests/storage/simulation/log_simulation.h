// A log directory with two partitions on a file system that fails, driven by a seed: producers,
// transactions, flushes, retention, deletion, truncation, and every kind of stop. What a step does
// depends on the seed and on what happened before, never on time or chance. Either both partitions
// are compacted as well, or none: what those hold that are not is known to the byte.
//
//     start() → operate() → crash() or stop() → recover() → operate() → …
//
// recover() is where the judgement falls; each call returns what was found wrong.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "protocol/record_batch_builder.h"
#include "storage/log_directory.h"
#include "storage/memory_file_system.h"
#include "tests/storage/simulation/compaction_history.h"
#include "tests/storage/simulation/log_model.h"

namespace kafka::storage {

class LogSimulation {
  public:
    using Crash = LogModel::Crash;

    enum class Policy { Delete, Compact };

    explicit LogSimulation(std::uint64_t seed, Policy policy = Policy::Delete);
    ~LogSimulation();

    // Opens the directory and all partitions and compares them with the model. Without planned
    // faults this must succeed; with them it may end with is_over(). Nothing may be done after a
    // start whose recovery is not finished, but to crash.
    Result<Done> start(bool finish = true);
    // That many operations, or fewer when the process dies or the disk fails.
    Result<Done> operate(int operations);
    // Operations fail now and then: single calls, and the disk is full for a while.
    void let_calls_fail() { calls_fail_ = true; }
    // The process dies in the `step`-th change to the file system from now on.
    void die_at_step(int step) {
        if (!careful_) files_.die_at_step(step);
    }
    // The process is dead, or a disk error has taken a partition offline.
    bool is_over() const;

    void crash(Crash crash);
    // A clean stop, or, when that fails, the crash of the process.
    void stop();
    // start() after a crash, and once more: a second recovery changes no byte.
    Result<Done> recover();

    // One life after the other, of all kinds.
    Result<Done> live(int lives);

    // Prints what happens, to find out why a seed fails.
    void tell() { tells_ = true; }
    // How many calls the file system has had that change something.
    std::int64_t steps() const { return files_.steps(); }
    // How many compactions have run to their end.
    int compactions() const { return compactions_; }

  private:
    inline static const std::string kFolder = "/data";

    struct Producer {
        ProducerId id;
        ProducerEpoch epoch;
        bool transactional = false;
    };
    struct Subject {
        TopicPartition name;
        Uuid topic_id;
        LogConfig config;
        std::vector<Producer> producers;
        LogModel model;
        CompactionHistory compaction;
        LeaderEpoch epoch{-1};
        std::unique_ptr<Partition> partition;
    };

    void note(const Subject& subject, std::string_view what, Offset offset) const;
    std::uint64_t random(std::uint64_t below) { return random_() % below; }
    bool chance(int percent) { return random(100) < static_cast<std::uint64_t>(percent); }

    Result<Done> open();
    Result<Done> check();
    Result<Done> operate_once(Subject& subject);
    Result<Done> operate_on_compacted(Subject& subject, bool may_compact);
    void plan_a_failure();
    void plan_failures(int times, int first);

    Bytes make_batch(const Producer* producer, bool skip_a_sequence);
    Result<Done> append(Subject& subject, const Producer* producer, bool skip_a_sequence);
    Result<Done> retry(Subject& subject, const Producer& producer);
    Result<Done> end_transaction(Subject& subject, const Producer& producer);
    Result<Done> append_bytes(Subject& subject, Bytes batch, AppendOrigin origin,
                              AppendResult& result);
    Result<Done> flush(Subject& subject, bool append_meanwhile,
                       FlushReach reach = FlushReach::LogEnd);
    bool write_checkpoints();
    Result<Done> delete_records(Subject& subject);
    Result<Done> apply_retention(Subject& subject);
    Result<Done> truncate(Subject& subject);
    void remove_files(Subject& subject);

    // compaction_operations.cc
    class Host;
    Bytes make_keyed_batch(const BatchOptions& options);
    Producer& choose_producer(Subject& subject);
    Result<Done> compact(Subject& subject);
    Result<Done> finish_compaction(Subject& subject);
    void lose_cleaner_checkpoint();

    std::vector<PartitionCheckpoint> checkpoints() const;
    std::map<std::string, Bytes> contents();

    std::mt19937_64 random_;
    MemoryFileSystem files_;
    std::unique_ptr<LogDirectory> directory_;
    std::vector<Subject> subjects_;
    Subject* working_ = nullptr;          // whose turn it is
    Crash worst_crash_ = Crash::Process;  // since the last start that succeeded
    TimestampMs now_{1'000'000};
    int next_value_ = 0;
    int compactions_ = 0;
    // A truncation was interrupted. What it began to remove may come back until a flush, so that is
    // what comes next: two accidents in a row are more than the log promises to survive.
    bool careful_ = false;
    bool started_ = false;
    bool tells_ = false;
    bool calls_fail_ = false;
    bool faulty_ = false;  // a fault was planned since the start: calls may fail
};

}  // namespace kafka::storage
