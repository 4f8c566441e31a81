// What happens to the partitions of a LogSimulation between start and stop.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/record_batch_builder.h"
#include "protocol/record_batch_control.h"
#include "tests/storage/simulation/log_checks.h"
#include "tests/storage/simulation/log_simulation.h"

namespace kafka::storage {

Result<Done> LogSimulation::operate(int operations) {
    for (int i = 0; i < operations && !is_over(); ++i) {
        if (calls_fail_) plan_a_failure();
        working_ = &subjects_[random(subjects_.size())];
        now_.value += static_cast<std::int64_t>(random(5000));
        if (auto done = operate_once(*working_); !done) {
            return violation(working_->name.to_string() + ": " + done.error().message);
        }
    }
    // A failure that is planned still would only meet the check.
    return is_over() || faulty_ ? Done{} : check();
}

void LogSimulation::plan_failures(int times, int first) {
    using Call = MemoryFileSystem::Call;
    constexpr Call kCalls[] = {Call::Open, Call::Read,   Call::Write,  Call::Truncate,
                               Call::Sync, Call::Rename, Call::Remove, Call::CreateDirectory};
    constexpr const char* kPaths[] = {".log", "index", "snapshot", "checkpoint", "state", ""};
    faulty_ = true;
    files_.fail(kCalls[random(std::size(kCalls))], kPaths[random(std::size(kPaths))], times, first);
}

void LogSimulation::plan_a_failure() {
    if (chance(4)) plan_failures(1, 0);
    if (chance(2)) {
        faulty_ = true;
        files_.set_capacity(0);
    }
    if (chance(20)) files_.set_capacity(UINT64_MAX);
}

Result<Done> LogSimulation::operate_once(Subject& subject) {
    if (subject.config.cleanup_compact) return operate_on_compacted(subject, true);
    const Producer& producer = subject.producers[random(subject.producers.size())];
    const auto what = random(100);
    if (what < 25) return append(subject, nullptr, false);
    if (what < 52) return append(subject, &producer, false);
    if (what < 55) return append(subject, &producer, true);
    if (what < 63) return retry(subject, producer);
    if (what < 72) return end_transaction(subject, producer);
    if (what < 82) {
        const FlushReach reach = chance(30) ? FlushReach::SealedSegments : FlushReach::LogEnd;
        return flush(subject, chance(30), reach);
    }
    if (what < 85) return write_checkpoints(), Done{};
    if (what < 89) return apply_retention(subject);
    if (what < 93) return delete_records(subject);
    if (what < 95) return truncate(subject);
    remove_files(subject);
    return Done{};
}

Bytes LogSimulation::make_batch(const Producer* producer, bool skip_a_sequence) {
    BatchOptions options;
    if (producer != nullptr) {
        const ProducerEntry* known = working_->model.producers().find(producer->id);
        const bool goes_on =
            known != nullptr && known->epoch == producer->epoch && known->has_batches();
        options.producer_id = producer->id;
        options.producer_epoch = producer->epoch;
        options.base_sequence = goes_on ? sequence_plus(known->last_sequence(), 1) : Sequence{0};
        if (skip_a_sequence) options.base_sequence = sequence_plus(options.base_sequence, 1);
        options.transactional = producer->transactional;
    }
    if (working_->config.cleanup_compact) return make_keyed_batch(options);
    RecordBatchBuilder builder(options);
    const std::uint64_t records = 1 + random(4);
    for (std::uint64_t i = 0; i < records; ++i) {
        const std::string text = fmt::format("{:0>{}}", next_value_++, 4 + random(120));
        const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
        const TimestampMs timestamp{now_.value - static_cast<std::int64_t>(random(60'000))};
        builder.append({.timestamp = timestamp,
                        .key = {},
                        .value = BytesView(at, text.size()),
                        .headers = {}});
    }
    return builder.build();
}

// Appends and tells the model. `result` is for the caller to look at.
Result<Done> LogSimulation::append_bytes(Subject& subject, Bytes batch, AppendOrigin origin,
                                         AppendResult& result) {
    AppendRequest request;
    request.context.origin = origin;
    result = subject.partition->append_as_leader(batch, request, now_);
    if (result.ok() && !result.duplicate) {
        if (result.base_offset != subject.model.end())
            return violation("a base offset was skipped");
        subject.model.append(batch);
        subject.compaction.follow(subject.model);
    }
    const std::string who =
        fmt::format("of producer {}", RecordBatchView(batch).producer_id().value);
    note(subject,
         (result.duplicate ? "retry "
          : result.ok()    ? "append "
                           : "refused ") +
             who,
         result.ok() ? result.base_offset : subject.model.end());
    if (result.error == ErrorCode::KAFKA_STORAGE_ERROR && !faulty_ && !files_.is_dead()) {
        return violation("an append failed for no reason");
    }
    if (subject.partition->log_end_offset() == subject.model.end()) return Done{};
    return violation("the log end is not after the last batch that was acknowledged");
}

Result<Done> LogSimulation::append(Subject& subject, const Producer* producer,
                                   bool skip_a_sequence) {
    const ProducerEntry* known =
        producer == nullptr ? nullptr : subject.partition->producers().find(producer->id);
    const bool must_refuse = skip_a_sequence && known != nullptr && known->has_batches();
    AppendResult result;
    auto done =
        append_bytes(subject, make_batch(producer, skip_a_sequence), AppendOrigin::Client, result);
    if (!done) return done;
    if (must_refuse && result.ok()) return violation("a gap in the sequences was let in");
    if (!must_refuse && !result.ok() && result.error != ErrorCode::KAFKA_STORAGE_ERROR) {
        // Of a producer whose batches were all deleted only an epoch may be left.
        const bool forgotten = known != nullptr && !known->has_batches();
        if (!forgotten) return violation("a good batch was refused");
    }
    return Done{};
}

// A producer that had no answer sends its last batch again: it may not be there twice.
Result<Done> LogSimulation::retry(Subject& subject, const Producer& producer) {
    const ProducerEntry* known = subject.partition->producers().find(producer.id);
    const auto& batches = subject.model.batches();
    const auto last = std::find_if(batches.rbegin(), batches.rend(), [&](const auto& batch) {
        return batch.view().producer_id() == producer.id && !batch.view().is_control();
    });
    if (last == batches.rend() || known == nullptr || !known->has_batches()) return Done{};
    const Offset first_offset = last->view().base_offset();
    Bytes again = last->bytes;
    MutableRecordBatch(again).set_base_offset({0});
    AppendResult result;
    auto done = append_bytes(subject, std::move(again), AppendOrigin::Client, result);
    if (!done || (result.ok() && result.duplicate && result.base_offset == first_offset))
        return done;
    return violation("a retry was not answered with where its batch is");
}

Result<Done> LogSimulation::end_transaction(Subject& subject, const Producer& producer) {
    const ProducerEntry* known = subject.model.producers().find(producer.id);
    if (!producer.transactional || known == nullptr || !known->has_open_transaction()) {
        // A producer that starts anew, with a higher epoch.
        if (chance(20)) {
            for (Producer& one : subject.producers) {
                if (one.id == producer.id) ++one.epoch.value;
            }
        }
        return Done{};
    }
    const auto type = chance(50) ? ControlRecordType::Commit : ControlRecordType::Abort;
    Bytes marker =
        make_transaction_marker({type, {7}}, producer.id, known->epoch, subject.epoch, now_);
    AppendResult result;
    auto done = append_bytes(subject, std::move(marker), AppendOrigin::Coordinator, result);
    if (!done || result.ok() || result.error == ErrorCode::KAFKA_STORAGE_ERROR) return done;
    return violation("a marker was refused");
}

Result<Done> LogSimulation::flush(Subject& subject, bool append_meanwhile, FlushReach reach) {
    const FlushTicket ticket = subject.partition->begin_flush(reach);
    if (append_meanwhile) {
        if (auto done = append(subject, nullptr, false); !done) return done;
    }
    const Result<Done> synced = ticket.sync();
    subject.partition->finish_flush(ticket, synced);
    if (synced) subject.model.flush(ticket.end);
    note(subject, synced ? "flushed to" : "not flushed to", ticket.end);
    if (!synced && !faulty_ && !files_.is_dead()) {
        return violation("a flush failed for no reason: " + synced.error().message);
    }
    return Done{};
}

std::vector<PartitionCheckpoint> LogSimulation::checkpoints() const {
    std::vector<PartitionCheckpoint> all;
    for (const Subject& subject : subjects_) all.push_back(subject.partition->checkpoint());
    return all;
}

bool LogSimulation::write_checkpoints() {
    if (!directory_->write_checkpoints(checkpoints())) return false;
    for (Subject& subject : subjects_) {
        note(subject, "checkpoint says", subject.partition->checkpoint().recovery_point);
        subject.model.save_start(subject.partition->log_start_offset());
    }
    return true;
}

Result<Done> LogSimulation::delete_records(Subject& subject) {
    const Offset start = subject.model.start();
    const Offset high_watermark = subject.partition->high_watermark();
    if (start >= high_watermark) return Done{};
    const auto span = static_cast<std::uint64_t>(high_watermark - start);
    const Offset before = start + static_cast<std::int64_t>(random(1 + std::min(span, 20ul)));
    subject.model.may_start_at(before);
    auto deleted = subject.partition->delete_records(before);
    note(subject, "deleted below", before);
    if (deleted) {
        subject.model.start_at(*deleted);
        if (*deleted != before) return violation("the log does not start where it was told");
    } else if (!faulty_ && !files_.is_dead()) {
        return violation("deleting records failed for no reason");
    }
    return Done{};
}

Result<Done> LogSimulation::apply_retention(Subject& subject) {
    subject.model.may_start_at(subject.partition->high_watermark());
    auto applied = subject.partition->apply_retention(now_);
    note(subject, "retention leaves what starts at", subject.partition->log_start_offset());
    if (applied) {
        subject.model.start_at(subject.partition->log_start_offset());
    } else if (!faulty_ && !files_.is_dead()) {
        return violation("retention failed for no reason");
    }
    return Done{};
}

// What a follower does whose leader never had its last batches.
Result<Done> LogSimulation::truncate(Subject& subject) {
    const auto& batches = subject.model.batches();
    if (batches.empty()) return Done{};
    const std::size_t back = std::min<std::size_t>(1 + random(8), batches.size());
    const Offset end = batches[batches.size() - back].view().base_offset();
    if (end < subject.model.start() || end < subject.compaction.committed_end()) return Done{};
    subject.partition->begin_truncation(end);
    if (!write_checkpoints()) return Done{};
    subject.model.may_end_at(end);
    subject.partition->become_follower(subject.epoch);
    const Result<Done> truncated = subject.partition->truncate_to(end, now_);
    note(subject, "truncated to", end);
    if (!truncated) {
        return faulty_ || files_.is_dead() ? Done{} : truncated;
    }
    if (auto done = flush(subject, false); !done || is_over()) return done;
    subject.model.truncate(end);
    subject.compaction.follow(subject.model);
    ++subject.epoch.value;
    subject.partition->become_leader(subject.epoch);
    return Done{};
}

void LogSimulation::remove_files(Subject& subject) {
    for (const std::string& path : subject.partition->take_removals()) {
        (void)directory_->remove(path).ok();
    }
}

}  // namespace kafka::storage
