#include "tests/storage/simulation/log_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/record_reader.h"

namespace kafka::storage {

Result<Done> check_partition(FileSystem& files, const Partition& partition, const LogModel& model,
                             TimestampMs wanted_time) {
    if (auto done = check_records(partition, model); !done) return done;
    if (auto done = check_indexes(files, partition.folder()); !done) return done;
    if (auto done = check_producers(partition, model); !done) return done;
    if (auto done = check_aborted(partition, model); !done) return done;
    if (auto done = check_epochs(partition, model); !done) return done;
    return check_times(partition, model.batches(), model.start(), wanted_time);
}

Result<Bytes> read_in_small_steps(const Partition& partition, Offset from) {
    Bytes all;
    Offset at = from;
    // Small steps, so that reads begin at every batch and the indexes are in use.
    constexpr std::int64_t kStepBytes = 150;
    while (at < partition.log_end_offset()) {
        auto piece = partition.read_bytes(at, kStepBytes, ReadLimit::LogEnd);
        if (!piece) return violation("a read failed: " + piece.error().message);
        if (piece->empty()) return violation(fmt::format("nothing at offset {}", at.value));
        RecordBatchReader reader(*piece);
        while (auto batch = reader.next()) at = batch->next_offset();
        if (!reader.at_end()) return violation("a read ends inside a batch");
        all.insert(all.end(), piece->begin(), piece->end());
    }
    return all;
}

Result<Done> check_records(const Partition& partition, const LogModel& model) {
    if (partition.log_end_offset() != model.end() || partition.log_start_offset() != model.start())
        return violation("the log does not start or end where it should");
    const Bytes wanted = model.bytes_from(model.start());
    const auto all = read_in_small_steps(partition, model.start());
    if (!all) return all.error();
    if (*all == wanted) return Done{};
    const auto differ = std::ranges::mismatch(*all, wanted).in1 - all->begin();
    return violation(fmt::format("the log has {} bytes, not the {} appended; they differ at {}",
                                 all->size(), wanted.size(), differ));
}

namespace {

// Without the time: a snapshot remembers only that of a producer's last marker or batch.
bool same_batch(const AppendedBatch& a, const AppendedBatch& b) {
    return a.last_offset == b.last_offset && a.last_sequence == b.last_sequence &&
           a.offset_delta == b.offset_delta;
}

// What is known of a producer must be what its batches say; the older of its batches may be
// forgotten, and so may be where a transaction began whose start was deleted.
Result<Done> check_producer(ProducerId id, const ProducerEntry& found, const ProducerEntry& wanted,
                            Offset log_start) {
    const std::vector<AppendedBatch> have = found.batches();
    const std::vector<AppendedBatch> all = wanted.batches();
    const bool begun_before = wanted.has_open_transaction() &&
                              wanted.transaction_first_offset < log_start &&
                              found.has_open_transaction();
    // Only deleted markers may have told of it.
    const bool coordinator_forgotten =
        found.coordinator_epoch == CoordinatorEpoch{-1} && log_start > Offset{0};
    const bool same_coordinator =
        coordinator_forgotten || found.coordinator_epoch == wanted.coordinator_epoch;
    const bool same_transaction =
        begun_before || found.transaction_first_offset == wanted.transaction_first_offset;
    if (found.epoch != wanted.epoch || !same_coordinator ||
        found.last_timestamp != wanted.last_timestamp || !same_transaction) {
        return violation(fmt::format("producer {}: epoch {} and open transaction {}, not {} and {}",
                                     id.value, found.epoch.value,
                                     found.transaction_first_offset.value, wanted.epoch.value,
                                     wanted.transaction_first_offset.value));
    }
    const bool may_forget_all = all.empty() || all.back().last_offset < log_start;
    if (have.size() > all.size() || (have.empty() && !may_forget_all) ||
        !std::equal(have.rbegin(), have.rend(), all.rbegin(), same_batch)) {
        std::string told;
        for (const AppendedBatch& batch : have) told += fmt::format(" {}", batch.last_offset.value);
        told += ", not";
        for (const AppendedBatch& batch : all) told += fmt::format(" {}", batch.last_offset.value);
        return violation(fmt::format("producer {} appended{}", id.value, told));
    }
    return Done{};
}

// The last thing that a producer, or the coordinator for it, appended.
Offset last_offset_of(ProducerId id, const LogModel& model) {
    for (std::size_t i = model.batches().size(); i-- > 0;) {
        const RecordBatchView batch = model.batches()[i].view();
        if (batch.producer_id() == id) return batch.last_offset();
    }
    return Offset{-1};
}

}  // namespace

Result<Done> check_producers(const Partition& partition, const LogModel& model) {
    const Offset log_start = model.start();
    for (const auto& [id, found] : partition.producers().producers()) {
        const ProducerEntry* wanted = model.producers().find(id);
        if (wanted == nullptr)
            return violation(fmt::format("producer {} never appended", id.value));
        if (auto done = check_producer(id, found, *wanted, log_start); !done) return done;
    }
    for (const auto& [id, unused] : model.producers().producers()) {
        if (partition.producers().find(id) != nullptr) continue;
        if (last_offset_of(id, model) < log_start) continue;
        return violation(fmt::format("producer {} is forgotten", id.value));
    }
    return check_last_stable(partition, model);
}

Result<Done> check_last_stable(const Partition& partition, const LogModel& model) {
    const auto undecided = model.producers().first_undecided_offset();
    if (undecided && *undecided < model.start()) return Done{};
    const Offset high_watermark = partition.high_watermark();
    const Offset stable = std::min(undecided.value_or(high_watermark), high_watermark);
    // A marker that is not below the high watermark yet holds the last stable offset back.
    if (partition.last_stable_offset() <= stable &&
        (high_watermark < model.end() || partition.last_stable_offset() == stable)) {
        return Done{};
    }
    return violation(fmt::format("the last stable offset is {}, not {}",
                                 partition.last_stable_offset().value, stable.value));
}

namespace {

bool has_records_in(const LogModel& model, const CompletedTransaction& transaction, Offset from,
                    Offset end) {
    return std::ranges::any_of(model.batches(), [&](const LogModel::Batch& one) {
        const RecordBatchView batch = one.view();
        return batch.producer_id() == transaction.producer_id && !batch.is_control() &&
               batch.base_offset() >= transaction.first_offset &&
               batch.last_offset() < transaction.last_offset && batch.last_offset() >= from &&
               batch.base_offset() < end;
    });
}

}  // namespace

Result<Done> check_aborted(const Partition& partition, const LogModel& model) {
    const auto same = [](const AbortedTransaction& told, const CompletedTransaction& wanted) {
        // What was deleted of a transaction may be forgotten with it.
        return told.producer_id == wanted.producer_id && told.last_offset == wanted.last_offset &&
               told.first_offset >= wanted.first_offset;
    };
    const auto is_known = [&](const AbortedTransaction& told) {
        return std::ranges::any_of(model.aborted(),
                                   [&](const auto& wanted) { return same(told, wanted); });
    };
    for (Offset at = model.start(); at < partition.last_stable_offset();) {
        const auto read = partition.read(at, 400, true, ReadLimit::LastStable);
        if (!read) return violation("a read of committed records failed");
        Offset end = at;
        RecordBatchReader reader(read->records.bytes);
        while (auto batch = reader.next()) end = batch->next_offset();
        if (end == at) return violation("nothing is read below the last stable offset");
        const std::vector<AbortedTransaction>& told = read->aborted_transactions;
        if (!std::ranges::all_of(told, is_known)) {
            return violation("an aborted transaction is told of that there was not");
        }
        for (const CompletedTransaction& wanted : model.aborted()) {
            if (!has_records_in(model, wanted, at, end)) continue;
            const bool found = std::ranges::any_of(
                told, [&](const AbortedTransaction& one) { return same(one, wanted); });
            if (found) continue;
            return violation(fmt::format("reading at {} does not tell of the transaction {}..{}",
                                         at.value, wanted.first_offset.value,
                                         wanted.last_offset.value));
        }
        at = end;
    }
    return Done{};
}

Result<Done> check_epochs(const Partition& partition, const LogModel& model) {
    LeaderEpoch epoch{-1};
    const auto check_end = [&](Offset end) -> Result<Done> {
        if (epoch == kNoLeaderEpoch || end <= model.start()) return Done{};
        const EpochEnd told = partition.end_of_epoch(epoch);
        if (told == EpochEnd{epoch, end}) return Done{};
        return violation(fmt::format("epoch {} ends at {}, not at {}", epoch.value,
                                     told.end_offset.value, end.value));
    };
    for (const LogModel::Batch& one : model.batches()) {
        const RecordBatchView batch = one.view();
        if (batch.partition_leader_epoch() == epoch) continue;
        if (auto done = check_end(batch.base_offset()); !done) return done;
        epoch = batch.partition_leader_epoch();
    }
    return check_end(model.end());
}

Result<Done> check_times(const Partition& partition, std::span<const LogModel::Batch> batches,
                         Offset start, TimestampMs wanted_time) {
    FoundOffset first;
    TimestampMs newest = kNoTimestamp;
    for (const LogModel::Batch& one : batches) {
        const RecordBatchView batch = one.view();
        RecordReader reader(batch);
        while (const RecordView* record = reader.next()) {
            const Offset offset = reader.offset_of(*record);
            const TimestampMs timestamp = reader.timestamp_of(*record);
            if (offset < start) continue;
            newest = std::max(newest, timestamp);
            if (first.offset.value >= 0 || timestamp < wanted_time) continue;
            first = {timestamp, offset, batch.partition_leader_epoch()};
        }
    }
    auto found = partition.find_offset(wanted_time, ReadLimit::LogEnd);
    if (!found) return violation("a search by time failed: " + found.error().message);
    if (*found != first) {
        return violation(fmt::format(
            "the first record from time {} on is at {} (time {}, epoch {}), not at {} ({}, {})",
            wanted_time.value, first.offset.value, first.timestamp.value, first.leader_epoch.value,
            found->offset.value, found->timestamp.value, found->leader_epoch.value));
    }
    auto last = partition.find_offset(timestamp::kMax, ReadLimit::LogEnd);
    if (!last) return violation("a search for the newest record failed: " + last.error().message);
    // As with Kafka it may be one that was deleted, while the segment that holds it is still there.
    if (last->timestamp == newest) return Done{};
    if (last->timestamp > newest && last->offset < start) return Done{};
    return violation(fmt::format("the newest record has the time {}, not {}", newest.value,
                                 last->timestamp.value));
}

}  // namespace kafka::storage
