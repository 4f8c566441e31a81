// A coordinator partition without disk, threads or clock: the log is a vector of the bytes that
// would be written, time moves by hand, markers wait until the test says they are written, and a
// restart replays the log. Every record goes through its encoding before it is replayed.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "transactions/transaction_coordinator.h"

namespace kafka::transactions {

class TransactionWorld {
  public:
    TransactionWorld() : coordinator_(std::make_unique<TransactionCoordinator>()) {
        new_ids_.fill(ProducerId{1'000}, 1'000);
        apply(coordinator_->loaded(context()));
    }

    TransactionCoordinator& coordinator() { return *coordinator_; }
    TransactionConfig& config() { return config_; }
    ProducerIdReserve& new_ids() { return new_ids_; }
    Context context() { return {now_, config_, new_ids_}; }
    Now now() const { return now_; }

    void apply(Effects effects) {
        for (const Record& record : effects.records) {
            log_.push_back(encode(record));
            replay_into(*coordinator_, log_.size() - 1);
        }
        for (MarkersToWrite& each : effects.replies) markers_.push_back(std::move(each));
    }
    template <class R>
    R apply(Answered<R> answered) {
        apply(std::move(answered.effects));
        return std::move(answered.response);
    }

    // --- what clients do
    InitProducerIdResponse init(const std::string& id, std::int32_t timeout_ms = 60'000,
                                Producer own = {kNoProducerId, kNoProducerEpoch},
                                std::int16_t version = 5) {
        InitProducerIdRequest request;
        request.transactional_id = id;
        request.transaction_timeout_ms = timeout_ms;
        request.producer_id = own.id;
        request.producer_epoch = own.epoch;
        return apply(coordinator_->init_producer_id(request, version, context()));
    }
    // The producer that an InitProducerId makes; it must succeed.
    Producer producer(const std::string& id, std::int32_t timeout_ms = 60'000) {
        const auto answer = init(id, timeout_ms);
        CHECK(answer.error_code == ErrorCode::NONE, "the test gets its producer");
        return {answer.producer_id, answer.producer_epoch};
    }
    ErrorCode add(const std::string& id, Producer who, std::int32_t partition = 0,
                  std::int16_t client_version = 0, const std::string& topic = "topic") {
        PartitionsToAdd asked{id, who, {}, client_version};
        asked.partitions.add(topic, {partition});
        return apply(coordinator_->add_partitions(asked, context())).error;
    }
    EndTxnResponse end(const std::string& id, Producer who, bool commit, std::int16_t version = 5) {
        EndTxnRequest request;
        request.transactional_id = id;
        request.producer_id = who.id;
        request.producer_epoch = who.epoch;
        request.committed = commit;
        return apply(coordinator_->end_transaction(request, version, context()));
    }

    // --- what happens around it
    const std::vector<MarkersToWrite>& markers() const { return markers_; }
    void write_markers() {
        for (const MarkersToWrite& each : std::exchange(markers_, {})) {
            apply(coordinator_->markers_written(each, context()));
        }
    }
    // In these partitions; in all of them when none are named.
    void fail_markers(const PartitionSet& unmarked = {}) {
        for (const MarkersToWrite& each : std::exchange(markers_, {})) {
            coordinator_->markers_failed(each, unmarked.empty() ? each.partitions : unmarked,
                                         context());
        }
    }
    // Lets time pass, and everything happen that is due meanwhile, at its time.
    void advance(std::int64_t ms) {
        const SteadyMs until = now_.in_ms(ms);
        while (coordinator_->next_deadline() <= until) {
            const std::int64_t step = coordinator_->next_deadline() - now_.steady;
            move(std::max<std::int64_t>(step, 0));
            apply(coordinator_->on_time(context()));
        }
        move(until - now_.steady);
    }
    // Forgets what is not in the log; markers on their way never arrive.
    void restart() {
        markers_.clear();
        coordinator_ = replayed();
        apply(coordinator_->loaded(context()));
    }
    bool replayed_state_is_live_state() const { return replayed()->same_hard_state(*coordinator_); }

    const Transaction* find(const std::string& id) const { return coordinator_->find(id); }
    TransactionState state(const std::string& id) const { return find(id)->hard.state; }
    Producer current(const std::string& id) const {
        return {find(id)->hard.producer_id, find(id)->hard.producer_epoch};
    }
    std::size_t records() const { return log_.size(); }
    // As if the producer had gone on for long: the record says it has this epoch.
    void set_epoch(const std::string& id, ProducerEpoch epoch) {
        Record record{id, find(id)->hard};
        record.value->producer_epoch = epoch;
        apply(Effects{.records = {record}});
    }

  private:
    void move(std::int64_t ms) { now_ = {now_.wall + ms, now_.steady + ms}; }
    void replay_into(TransactionCoordinator& machine, std::size_t at) const {
        const auto& bytes = log_[at];
        std::optional<BytesView> value;
        if (bytes.value) value = BytesView(*bytes.value);
        const auto record = decode(bytes.key, value);
        CHECK(record.ok() && record->has_value(), "a record that was written can be read");
        machine.replay(**record, {static_cast<std::int64_t>(at)}, std::nullopt);
    }
    std::unique_ptr<TransactionCoordinator> replayed() const {
        auto machine = std::make_unique<TransactionCoordinator>();
        for (std::size_t i = 0; i < log_.size(); ++i) replay_into(*machine, i);
        return machine;
    }

    TransactionConfig config_;
    ProducerIdReserve new_ids_;
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000'000}};
    std::vector<coordinator::LogRecord> log_;
    std::unique_ptr<TransactionCoordinator> coordinator_;
    std::vector<MarkersToWrite> markers_;
};

inline Producer next_epoch(Producer producer) { return {producer.id, producer.epoch.next()}; }

}  // namespace kafka::transactions
