#include "transaction_simulation.h"

#include <algorithm>

#include "protocol/record_batch_builder.h"
#include "protocol/record_reader.h"

namespace kafka::transactions {
namespace {

constexpr std::int32_t kTimeoutMs = 60'000;

std::string name_of_partition(int index) { return "data-" + std::to_string(index); }

Bytes batch_of(const Producer& who, std::int32_t sequence, const std::string& transaction,
               TimestampMs now) {
    BatchOptions options;
    options.producer_id = who.id;
    options.producer_epoch = who.epoch;
    options.base_sequence = {sequence};
    options.transactional = true;
    RecordBatchBuilder builder(options);
    RecordToAppend record;
    record.timestamp = now;
    record.value =
        BytesView(reinterpret_cast<const std::uint8_t*>(transaction.data()), transaction.size());
    builder.append(record);
    return builder.build();
}

}  // namespace

TransactionSimulation::TransactionSimulation(std::uint64_t seed) : chance_(seed) {
    CHECK(files_.create_directory("/data").ok(), "a folder");
    for (int i = 0; i <= kCoordinatorLog; ++i) {
        CHECK(files_.create_directory("/data/" + name_of_partition(i)).ok(), "a folder");
    }
    clients_.push_back({.id = "first", .v2 = true});
    clients_.push_back({.id = "second", .v2 = false});
    new_ids_.fill(ProducerId{0}, 1'000'000);
    start();
}

TransactionSimulation::~TransactionSimulation() { runtime_.reset(); }

void TransactionSimulation::start() {
    for (int i = 0; i <= kCoordinatorLog; ++i) {
        storage::Partition::OpenOptions options;
        options.recovery = storage::RecoveryMode::ProcessKilled;
        auto opened = storage::Partition::open(files_, "/data/" + name_of_partition(i),
                                               {"data", PartitionIndex{i}}, Uuid{}, options);
        CHECK(opened.ok(), "what was written can be opened");
        partitions_.push_back(opened.take());
        partitions_.back()->become_leader(LeaderEpoch{lives_});
    }
    ++lives_;
    coordinator::Outbox<MarkersToWrite>& outbox = *this;
    runtime_ = std::make_unique<Runtime>(*partitions_[kCoordinatorLog], outbox);
    while (!runtime_->load(1 << 20, context())) {
    }
    CHECK(runtime_->availability() == ErrorCode::NONE, "it can be loaded");
}

void TransactionSimulation::restart() {
    files_.kill_process();
    runtime_.reset();
    partitions_.clear();
    markers_.clear();
    for (Client& client : clients_) {
        if (chance_() % 2 == 0) give_up(client);
    }
    start();
}

void TransactionSimulation::run(int events, int die_at_step) {
    if (die_at_step >= 0) files_.die_at_step(die_at_step);
    for (int i = 0; i < events; ++i) {
        const auto what = chance_() % 10;
        if (what < 6) act(clients_[chance_() % clients_.size()]);
        if (what == 6 || what == 7) write_some_marker();
        if (what == 8) time_passes(static_cast<std::int64_t>(chance_() % 20'000));
        if (what == 9) write_as_fenced(clients_[chance_() % clients_.size()]);
        if (files_.is_dead()) restart();
    }
}

void TransactionSimulation::act(Client& client) {
    if (!client.own) return init(client);
    if (client.writing) return write(client);
    if (client.committing) return end(client);
    const auto what = chance_() % 10;
    if (what == 0) return give_up(client);
    if (client.transaction.empty() || what < 6) return write(client);
    end(client);
}

void TransactionSimulation::give_up(Client& client) {
    if (client.own) client.before = client.own;
    client.own.reset();
    client.transaction.clear();
    client.writing.reset();
    client.committing.reset();
}

void TransactionSimulation::init(Client& client) {
    InitProducerIdRequest request;
    request.transactional_id = client.id;
    request.transaction_timeout_ms = kTimeoutMs;
    const auto answer = decide(runtime_->machine().init_producer_id(request, 5, context()));
    if (answer.error_code != ErrorCode::NONE || is_lost()) return;
    client.own = Producer{answer.producer_id, answer.producer_epoch};
    client.sequences.clear();
}

void TransactionSimulation::write(Client& client) {
    if (client.transaction.empty()) {
        client.transaction = client.id + "/" + std::to_string(client.transactions++);
        outcomes_[client.transaction];
    }
    const int partition = client.writing.value_or(static_cast<int>(chance_() % kDataPartitions));
    client.writing = partition;
    std::int32_t& sequence = client.sequences[partition];
    const ErrorCode error =
        append(*client.own, client.id, client.v2, partition, sequence, client.transaction);
    // What is waited for is tried again; with any other error a producer begins anew.
    if (error == ErrorCode::CONCURRENT_TRANSACTIONS || is_lost()) return;
    if (error != ErrorCode::NONE) return give_up(client);
    client.writing.reset();
    ++sequence;
    ++outcomes_[client.transaction].records;
}

ErrorCode TransactionSimulation::append(const Producer& who, const std::string& id, bool v2,
                                        int partition, std::int32_t sequence,
                                        const std::string& transaction) {
    PartitionsToAdd asked{id, who, {}, v2 ? kVersionWithBump : std::int16_t{0}};
    asked.partitions.add("data", {partition});
    Bytes batch = batch_of(who, sequence, transaction, now_.wall);
    storage::Partition& target = *partitions_[static_cast<std::size_t>(partition)];
    if (!v2) {
        const auto added = decide(runtime_->machine().add_partitions(asked, context()));
        if (added.error != ErrorCode::NONE) return added.error;
    }
    const auto guard = target.start_verification(RecordBatchView(batch), v2, now_.wall);
    if (!guard) return guard.error().code;
    if (*guard != storage::kNoVerification) {
        const Verified verified = v2 ? decide(runtime_->machine().add_partitions(asked, context()))
                                     : runtime_->machine().verify_partitions(asked);
        if (verified.error != ErrorCode::NONE) return verified.error;
        if (!verified.missing.empty()) return ErrorCode::TRANSACTION_ABORTABLE;
    }
    // A marker may come in between.
    if (chance_() % 4 == 0) write_some_marker();
    storage::AppendRequest request;
    request.context.guard = *guard;
    request.context.verification_needed = true;
    return target.append_as_leader(batch, request, now_.wall).error;
}

void TransactionSimulation::write_as_fenced(Client& client) {
    if (!client.before || !client.own) return;
    const ErrorCode error = append(*client.before, client.id, client.v2, 0, 0, "fenced");
    if (error == ErrorCode::NONE && !files_.is_dead()) ++fenced_writes_taken_;
}

void TransactionSimulation::end(Client& client) {
    const bool commit = client.committing.value_or(chance_() % 3 > 0);
    client.committing = commit;
    EndTxnRequest request;
    request.transactional_id = client.id;
    request.producer_id = client.own->id;
    request.producer_epoch = client.own->epoch;
    request.committed = commit;
    Outcome& outcome = outcomes_[client.transaction];
    if (commit) outcome.must = Outcome::Must::BeEither;  // until the answer is there
    const std::int16_t version = client.v2 ? std::int16_t{5} : std::int16_t{4};
    const auto answer = decide(runtime_->machine().end_transaction(request, version, context()));
    if (answer.error_code == ErrorCode::CONCURRENT_TRANSACTIONS || is_lost()) return;
    // Also of a request that came again: what was decided is never denied.
    if (answer.error_code != ErrorCode::NONE) {
        if (commit) outcome.must = Outcome::Must::BeHidden;
        return give_up(client);
    }
    if (commit) outcome.must = Outcome::Must::BeVisible;
    client.transaction.clear();
    client.committing.reset();
    if (!client.v2) return;
    client.own = Producer{answer.producer_id, answer.producer_epoch};
    client.sequences.clear();
}

void TransactionSimulation::write_some_marker() {
    if (markers_.empty()) return;
    const MarkersToWrite markers = markers_.front();
    markers_.pop_front();
    PartitionSet unmarked;
    for (const PartitionIndex index : markers.partitions.empty()
                                          ? std::vector<PartitionIndex>()
                                          : markers.partitions.topics().front().partition_ids) {
        storage::Partition& target = *partitions_[static_cast<std::size_t>(index.value)];
        const TransactionMarker marker{
            markers.commit ? ControlRecordType::Commit : ControlRecordType::Abort,
            CoordinatorEpoch{target.leader_epoch().value}};
        Bytes batch = make_transaction_marker(marker, markers.producer.id, markers.producer.epoch,
                                              target.leader_epoch(), now_.wall);
        storage::AppendRequest request;
        request.context.origin = storage::AppendOrigin::Coordinator;
        request.context.transaction_version = markers.transaction_version;
        // Some partitions are not ready now and then.
        const bool ready = chance_() % 8 > 0;
        if (!ready || !target.append_as_leader(batch, request, now_.wall).ok()) {
            unmarked.add("data", index);
        }
    }
    auto& machine = runtime_->machine();
    if (unmarked.empty()) {
        runtime_->carry_out(machine.markers_written(markers, context()), context());
    } else {
        machine.markers_failed(markers, unmarked, context());
    }
}

void TransactionSimulation::time_passes(std::int64_t ms) {
    now_ = {now_.wall + ms, now_.steady + ms};
    runtime_->run_due(context());
}

void TransactionSimulation::settle() {
    for (Client& client : clients_) give_up(client);
    for (int i = 0; i < 200; ++i) {
        time_passes(kTimeoutMs);
        write_some_marker();
    }
}

std::map<std::string, int> TransactionSimulation::visible_records() const {
    std::map<std::string, int> visible;
    for (int i = 0; i < kDataPartitions; ++i) {
        const storage::Partition& partition = *partitions_[static_cast<std::size_t>(i)];
        const auto bytes = partition.read_bytes({0}, 1 << 26, storage::ReadLimit::LastStable);
        CHECK(bytes.ok(), "a log can be read");
        std::map<ProducerId, std::vector<std::string>> open;
        Bytes log = *bytes;
        RecordBatchReader batches(log);
        while (const auto batch = batches.next()) {
            if (const auto marker = transaction_marker_in(*batch)) {
                auto ended = open.extract(batch->producer_id());
                if (ended.empty() || marker->type != ControlRecordType::Commit) continue;
                for (const std::string& name : ended.mapped()) ++visible[name];
                continue;
            }
            RecordReader records(*batch);
            while (const RecordView* record = records.next()) {
                open[batch->producer_id()].emplace_back(record->value->begin(),
                                                        record->value->end());
            }
        }
    }
    return visible;
}

bool TransactionSimulation::everything_is_stable() const {
    return std::ranges::all_of(partitions_, [](const auto& partition) {
        return partition->last_stable_offset() == partition->log_end_offset();
    });
}

bool TransactionSimulation::replay_gives_the_same() const {
    class Nowhere final : public coordinator::Outbox<MarkersToWrite> {
        void send(MarkersToWrite) override {}
        void fail_all(ErrorCode) override {}
        void wants_loading() override {}
    };
    Nowhere nowhere;
    ProducerIdReserve no_ids;
    Runtime again(*partitions_[kCoordinatorLog], nowhere);
    while (!again.load(1 << 20, {now_, config_, no_ids})) {
    }
    return again.machine().same_hard_state(runtime_->machine());
}

}  // namespace kafka::transactions
