// The runtime of one coordinator partition: around a pure state machine, it writes the records of
// its decisions to the log, replays them, and lets the answers go once they are committed. Lives on
// the shard that owns the partition, which outlives it.
//
//   decide ─▶ Effects ─▶ carry_out(): append records ─▶ replay each ─▶ committed ─▶ replies
//   start  ─▶ load(): read the log ─▶ replay each ─▶ Machine::loaded()
//
// There is one answer to everything that goes wrong while writing: what waits is told the error,
// and the state is read again from the log. No decision is ever undone by hand.
//
// A Machine has the types Record, Effects{records, producer, replies}, Reply and Context{now, …};
// encode(Record) and decode(key, value); replay(), end_transaction(), loaded(), next_deadline() and
// on_time(). See groups/group_coordinator.h.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "coordinator/coordinator_log.h"
#include "coordinator/now.h"
#include "storage/partition_observer.h"

namespace kafka::coordinator {

// Where the runtime sends what leaves it. May call the runtime back.
template <class Reply>
class Outbox {
  public:
    virtual ~Outbox() = default;
    virtual void send(Reply reply) = 0;
    // Nobody who waits will get an answer.
    virtual void fail_all(ErrorCode error) = 0;
    // The state must be loaded (again).
    virtual void wants_loading() = 0;
};

template <class Machine>
class Runtime final : storage::PartitionObserver, LogVisitor {
  public:
    using Effects = typename Machine::Effects;
    using Reply = typename Machine::Reply;
    using Context = typename Machine::Context;
    using Committed = std::function<void(ErrorCode)>;

    // Empty until load() has said that it is complete.
    Runtime(storage::Partition& partition, Outbox<Reply>& outbox)
        : log_(partition), outbox_(outbox), machine_(std::make_unique<Machine>()) {
        partition.watch(*this);
    }
    ~Runtime() override {
        for (const Waiting& each : waiting_) {
            if (each.then) each.then(ErrorCode::NOT_COORDINATOR);
        }
    }

    // NONE when requests can be served; else what to answer.
    ErrorCode availability() const { return availability_; }
    storage::Partition& partition() const { return log_.partition(); }
    Machine& machine() { return *machine_; }
    const Machine& machine() const { return *machine_; }
    // Records of the log that were skipped because nothing could be made of them.
    std::size_t unreadable_records() const { return unreadable_; }

    // Reads about `bytes` more of the log; true when it need not be called again. With `missing`,
    // which is empty, it does not wait for the disk: what is found there afterwards is to be
    // fetched, and was not read.
    bool load(std::int64_t bytes, const Context& context,
              std::vector<storage::MissingPages>* missing = nullptr) {
        if (availability_ != ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) return true;
        const auto complete = log_.load_some(*this, bytes, missing);
        if (!complete) {
            stop(coordinator_error(complete.error().code));
            return true;
        }
        if (!*complete) return false;
        availability_ = ErrorCode::NONE;
        carry_out(machine_->loaded(context), context);
        return true;
    }

    // Writes and replays what was decided; its replies, and those of later decisions, go when it is
    // committed. Then does what is due.
    void carry_out(Effects effects, const Context& context) {
        busy_ = true;
        const bool good = write(std::move(effects), context) && do_what_is_due(context);
        busy_ = false;
        if (good) release();
    }
    // Calls `then` once everything that was written so far is committed, or could not be.
    void when_committed(Committed then) {
        if (availability_ != ErrorCode::NONE) return then(availability_);
        if (waiting_.empty() && log_.end() <= log_.committed_end()) return then(ErrorCode::NONE);
        waiting_.push_back({log_.end(), {}, std::move(then)});
        release();
    }
    // Ends a producer's transaction here; its records are visible once that is committed.
    ErrorCode end_transaction(const TransactionMarker& marker, const Producer& producer,
                              std::int16_t transaction_version, const Context& context) {
        if (availability_ != ErrorCode::NONE) return availability_;
        busy_ = true;
        const auto done =
            log_.append_marker(marker, producer, transaction_version, context.now.wall);
        if (done) {
            machine_->end_transaction(producer.id, marker.type == ControlRecordType::Commit);
        }
        busy_ = false;
        release();
        return done ? ErrorCode::NONE : done.error().code;
    }

    SteadyMs next_deadline() const {
        return availability_ == ErrorCode::NONE ? machine_->next_deadline() : kNever;
    }
    void run_due(const Context& context) {
        if (availability_ == ErrorCode::NONE) carry_out({}, context);
    }

  private:
    struct Waiting {
        Offset end;
        std::vector<Reply> replies;
        Committed then;
    };

    bool write(Effects effects, const Context& context) {
        if (!effects.records.empty()) {
            std::vector<LogRecord> bytes;
            bytes.reserve(effects.records.size());
            for (const auto& record : effects.records) bytes.push_back(Machine::encode(record));
            const auto first = log_.append(bytes, effects.producer, context.now.wall);
            if (!first) {
                begin_again(coordinator_error(first.error().code));
                return false;
            }
            for (std::size_t i = 0; i < effects.records.size(); ++i) {
                const Offset at = *first + static_cast<std::int64_t>(i);
                machine_->replay(effects.records[i], at, effects.producer);
            }
        }
        if (!effects.replies.empty()) {
            waiting_.push_back({log_.end(), std::move(effects.replies), nullptr});
        }
        return true;
    }

    bool do_what_is_due(const Context& context) {
        while (machine_->next_deadline() <= context.now.steady) {
            if (!write(machine_->on_time(context), context)) return false;
        }
        return true;
    }

    // In the order of the decisions. Whoever is called may come back with a new one.
    void release() {
        if (busy_) return;
        while (!waiting_.empty() && waiting_.front().end <= log_.committed_end()) {
            Waiting next = std::move(waiting_.front());
            waiting_.pop_front();
            for (Reply& reply : next.replies) outbox_.send(std::move(reply));
            if (next.then) next.then(ErrorCode::NONE);
        }
    }

    void forget(ErrorCode error, ErrorCode availability) {
        availability_ = availability;
        machine_ = std::make_unique<Machine>();
        unreadable_ = 0;
        log_.rewind();
        const auto waiting = std::exchange(waiting_, {});
        for (const Waiting& each : waiting) {
            if (each.then) each.then(error);
        }
        outbox_.fail_all(error);
    }
    void begin_again(ErrorCode error) {
        busy_ = false;
        if (log_.partition().is_offline() || !log_.partition().is_leader()) return stop(error);
        forget(error, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
        outbox_.wants_loading();
    }
    void stop(ErrorCode error) { forget(error, ErrorCode::NOT_COORDINATOR); }

    void partition_changed(storage::Partition& partition,
                           storage::PartitionChange change) override {
        switch (change) {
            case storage::PartitionChange::HighWatermark:
                return release();
            case storage::PartitionChange::LogStart:
                return;
            case storage::PartitionChange::Leadership:
                if (!partition.is_leader()) return stop(ErrorCode::NOT_COORDINATOR);
                if (availability_ == ErrorCode::NOT_COORDINATOR) {
                    forget(ErrorCode::NOT_COORDINATOR, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
                    outbox_.wants_loading();
                }
                return;
            case storage::PartitionChange::Offline:
            case storage::PartitionChange::Deleted:
                return stop(ErrorCode::NOT_COORDINATOR);
        }
    }

    void record(BytesView key, std::optional<BytesView> value, Offset at,
                const std::optional<Producer>& producer) override {
        auto record = Machine::decode(key, value);
        if (!record.ok()) {
            // Unlike Kafka: one bad record does not cost all groups of the partition their
            // coordinator.
            ++unreadable_;
        } else if (record->has_value()) {
            machine_->replay(**record, at, producer);
        }
    }
    void transaction_ended(ProducerId producer, bool committed) override {
        machine_->end_transaction(producer, committed);
    }

    CoordinatorLog log_;
    Outbox<Reply>& outbox_;
    std::unique_ptr<Machine> machine_;
    ErrorCode availability_ = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    std::deque<Waiting> waiting_;  // by the order of the decisions
    std::size_t unreadable_ = 0;
    bool busy_ = false;  // a decision is being carried out: nobody may come in between
};

}  // namespace kafka::coordinator
