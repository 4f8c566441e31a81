#include "tests/storage/simulation/compacted_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "protocol/record_batch_control.h"
#include "protocol/record_reader.h"
#include "tests/storage/simulation/log_checks.h"

namespace kafka::storage {

Result<Done> check_compacted_partition(FileSystem& files, const Partition& partition,
                                       const LogModel& model, const CompactionHistory& history,
                                       TimestampMs wanted_time) {
    if (partition.log_end_offset() != model.end() || partition.log_start_offset() != model.start())
        return violation("the log does not start or end where it should");
    const auto bytes = read_in_small_steps(partition, model.start());
    if (!bytes) return bytes.error();
    LeftBatches left;
    RecordBatchReader reader(*bytes);
    while (const auto batch = reader.next()) {
        left.push_back({Bytes(batch->bytes().begin(), batch->bytes().end())});
    }
    if (auto done = check_compacted_records(partition, left, model, history); !done) return done;
    if (auto done = check_visible(partition, left, model); !done) return done;
    if (auto done = check_indexes(files, partition.folder()); !done) return done;
    if (auto done = check_compacted_producers(partition, model, history); !done) return done;
    if (auto done = check_compacted_epochs(partition, left, model); !done) return done;
    return check_times(partition, left, model.start(), wanted_time);
}

namespace {

// The records that a consumer keeps of what one fetch brought: it leaves out a producer's from
// where a transaction of it begins that is said to be aborted until it meets the marker.
void keep_committed(const ReadResult& fetched, std::set<Offset>& kept) {
    std::vector<AbortedTransaction> to_come = fetched.aborted_transactions;
    std::ranges::sort(to_come, std::greater(), &AbortedTransaction::first_offset);
    std::set<ProducerId> aborted;
    RecordBatchReader batches(fetched.records.bytes);
    while (const auto batch = batches.next()) {
        while (!to_come.empty() && to_come.back().first_offset <= batch->last_offset()) {
            aborted.insert(to_come.back().producer_id);
            to_come.pop_back();
        }
        if (batch->is_control()) {
            const auto marker = transaction_marker_in(*batch);
            if (marker && marker->type == ControlRecordType::Abort) {
                aborted.erase(batch->producer_id());
            }
            continue;
        }
        if (batch->is_transactional() && aborted.contains(batch->producer_id())) continue;
        RecordReader reader(*batch);
        while (const RecordView* record = reader.next()) kept.insert(reader.offset_of(*record));
    }
}

}  // namespace

Result<Done> check_visible(const Partition& partition, const LeftBatches& left,
                           const LogModel& model) {
    std::set<Offset> seen;
    for (Offset at = model.start(); at < partition.last_stable_offset();) {
        const auto read = partition.read(at, 400, true, ReadLimit::LastStable);
        if (!read) return violation("a read of committed records failed");
        Offset end = at;
        RecordBatchReader reader(read->records.bytes);
        while (const auto batch = reader.next()) end = batch->next_offset();
        if (end == at) return violation("nothing is read below the last stable offset");
        keep_committed(*read, seen);
        at = end;
    }
    for (const LogModel::Batch& one : left) {
        const RecordBatchView batch = one.view();
        if (batch.is_control() || batch.last_offset() >= partition.last_stable_offset()) continue;
        const CompletedTransaction* const transaction = transaction_of(model, batch);
        const bool wanted = !batch.is_transactional() || (transaction && !transaction->aborted);
        RecordReader reader(batch);
        while (const RecordView* record = reader.next()) {
            const Offset offset = reader.offset_of(*record);
            if (seen.contains(offset) == wanted) continue;
            return violation(fmt::format("the record at {} is {} who reads committed ones",
                                         offset.value, wanted ? "hidden from" : "seen by"));
        }
    }
    return Done{};
}

namespace {

// As for a log that is not compacted, but that fewer of its earlier batches, and of its markers,
// may be there to be replayed; and an open transaction of which all was deleted may be forgotten.
Result<Done> check_producer(ProducerId id, const ProducerEntry& found, const ProducerEntry& wanted,
                            Offset log_start) {
    const bool begun_before =
        wanted.has_open_transaction() && wanted.transaction_first_offset < log_start;
    const bool same_coordinator = found.coordinator_epoch == wanted.coordinator_epoch ||
                                  found.coordinator_epoch == CoordinatorEpoch{-1};
    if (found.epoch != wanted.epoch || !same_coordinator ||
        found.last_timestamp > wanted.last_timestamp ||
        (!begun_before && found.transaction_first_offset != wanted.transaction_first_offset)) {
        return violation(fmt::format("producer {}: epoch {} and open transaction {}, not {} and {}",
                                     id.value, found.epoch.value,
                                     found.transaction_first_offset.value, wanted.epoch.value,
                                     wanted.transaction_first_offset.value));
    }
    const auto same_batch = [](const AppendedBatch& a, const AppendedBatch& b) {
        return a.last_offset == b.last_offset && a.last_sequence == b.last_sequence &&
               a.offset_delta == b.offset_delta;
    };
    const std::vector<AppendedBatch> have = found.batches();
    const std::vector<AppendedBatch> all = wanted.batches();
    const bool may_forget_all = all.empty() || all.back().last_offset < log_start;
    if (have.empty() && !may_forget_all) {
        return violation(fmt::format("of producer {} no batch is known", id.value));
    }
    if (have.empty()) return Done{};
    if (all.empty() || !same_batch(have.back(), all.back())) {
        return violation(fmt::format("the last batch of producer {} ends at {}, not {}", id.value,
                                     have.back().last_offset.value,
                                     all.empty() ? -1 : all.back().last_offset.value));
    }
    for (std::size_t i = 1; i < have.size(); ++i) {
        if (have[i - 1].last_offset < have[i].last_offset) continue;
        return violation(fmt::format("the batches of producer {} are not in order", id.value));
    }
    return Done{};
}

}  // namespace

Result<Done> check_compacted_producers(const Partition& partition, const LogModel& model,
                                       const CompactionHistory& history) {
    for (const auto& [id, found] : partition.producers().producers()) {
        const ProducerEntry* wanted = model.producers().find(id);
        if (wanted == nullptr)
            return violation(fmt::format("producer {} never appended", id.value));
        if (history.may_have_forgotten(id)) continue;
        auto done = check_producer(id, found, *wanted, model.start());
        if (!done) return done;
    }
    for (const auto& [id, wanted] : model.producers().producers()) {
        if (partition.producers().find(id) != nullptr || history.may_have_forgotten(id)) continue;
        if (wanted.last_offset() < model.start()) continue;
        return violation(fmt::format("producer {} is forgotten", id.value));
    }
    return check_last_stable(partition, model);
}

// Where the file was lost the epochs are learned from the batches that are left: one of which there
// is none is forgotten then, and what is known of the one before it reaches up to the next.
Result<Done> check_compacted_epochs(const Partition& partition, const LeftBatches& left,
                                    const LogModel& model) {
    std::map<LeaderEpoch, Offset> ends;
    for (const LogModel::Batch& batch : model.batches()) {
        ends[batch.view().partition_leader_epoch()] = batch.view().next_offset();
    }
    for (const auto& [epoch, end] : ends) {
        if (end <= model.start()) continue;
        const auto is_later = [&, &of = epoch](const LogModel::Batch& batch) {
            return batch.view().partition_leader_epoch() > of;
        };
        const auto later = std::ranges::find_if(left, is_later);
        const Offset most = later == left.end() ? model.end() : later->view().base_offset();
        const bool is_left = std::ranges::any_of(left, [&, &of = epoch](const auto& batch) {
            return batch.view().partition_leader_epoch() == of;
        });
        const EpochEnd told = partition.end_of_epoch(epoch);
        if (told.end_offset >= end && told.end_offset <= most && told.epoch <= epoch &&
            (told.epoch == epoch || !is_left)) {
            continue;
        }
        return violation(fmt::format("epoch {} ends at {}, not within [{}, {}]", epoch.value,
                                     told.end_offset.value, end.value, most.value));
    }
    return Done{};
}

}  // namespace kafka::storage
