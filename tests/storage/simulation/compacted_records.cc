// What compaction left of the records, held against all that were appended.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "protocol/record_batch_control.h"
#include "protocol/record_reader.h"
#include "tests/storage/simulation/compacted_checks.h"

namespace kafka::storage {
namespace {

enum class Fate { Committed, Aborted, Undecided };

struct Record {
    std::string key;
    std::optional<std::string> value;
    TimestampMs timestamp;
    Fate fate;

    bool operator==(const Record&) const = default;
};
using RecordsByOffset = std::map<Offset, Record>;

class Judge {
  public:
    Judge(const Partition& partition, const LeftBatches& left, const LogModel& model,
          const CompactionHistory& history)
        : partition_(partition), left_(left), model_(model), history_(history) {}

    Result<Done> judge() {
        for (const LogModel::Batch& batch : model_.batches()) read(batch.view(), appended_);
        for (const LogModel::Batch& batch : left_) read(batch.view(), there_);
        if (auto done = check_batches(); !done) return done;
        if (auto done = check_untouched(); !done) return done;
        if (auto done = check_there(); !done) return done;
        if (auto done = check_gone(); !done) return done;
        if (auto done = check_markers(); !done) return done;
        if (auto done = check_last_of_producers(); !done) return done;
        return check_clean_part();
    }

  private:
    Fate fate_of(const RecordBatchView& batch) const {
        if (!batch.is_transactional()) return Fate::Committed;
        const CompletedTransaction* ended = transaction_of(model_, batch);
        if (ended == nullptr) return Fate::Undecided;
        return ended->aborted ? Fate::Aborted : Fate::Committed;
    }
    void read(const RecordBatchView& batch, RecordsByOffset& into) const;
    const LogModel::Batch* appended_at(Offset base) const;
    bool is_left(const RecordBatchView& batch) const {
        return left_by_base_.contains(batch.base_offset());
    }

    Result<Done> check_batches();
    Result<Done> check_untouched() const;
    Result<Done> check_there() const;
    Result<Done> check_gone() const;
    Result<Done> check_markers() const;
    Result<Done> check_last_of_producers() const;
    Result<Done> check_clean_part() const;

    const Partition& partition_;
    const LeftBatches& left_;
    const LogModel& model_;
    const CompactionHistory& history_;
    RecordsByOffset appended_;
    RecordsByOffset there_;
    std::map<Offset, RecordBatchView> left_by_base_;
};

void Judge::read(const RecordBatchView& batch, RecordsByOffset& into) const {
    if (batch.is_control()) return;
    const Fate fate = fate_of(batch);
    RecordReader reader(batch);
    while (const RecordView* record = reader.next()) {
        Record one{std::string(record->key->begin(), record->key->end()), std::nullopt,
                   reader.timestamp_of(*record), fate};
        if (record->value) one.value.emplace(record->value->begin(), record->value->end());
        into.emplace(reader.offset_of(*record), std::move(one));
    }
}

const LogModel::Batch* Judge::appended_at(Offset base) const {
    const auto base_of = [](const LogModel::Batch& batch) { return batch.view().base_offset(); };
    const auto at = std::ranges::lower_bound(model_.batches(), base, {}, base_of);
    return at == model_.batches().end() || base_of(*at) != base ? nullptr : &*at;
}

Result<Done> Judge::check_batches() {
    Offset end{0};
    for (const LogModel::Batch& one : left_) {
        const RecordBatchView now = one.view();
        const LogModel::Batch* appended = appended_at(now.base_offset());
        const auto wrong = [&](const char* what) {
            return violation(fmt::format("the batch at {} {}", now.base_offset().value, what));
        };
        if (appended == nullptr) return wrong("was never appended");
        const RecordBatchView was = appended->view();
        if (now.base_offset() < end) return wrong("stands below the one before");
        if (!now.crc_matches()) return wrong("has a wrong checksum");
        if (now.last_offset() != was.last_offset() || now.producer_id() != was.producer_id() ||
            now.producer_epoch() != was.producer_epoch() ||
            now.base_sequence() != was.base_sequence() ||
            now.partition_leader_epoch() != was.partition_leader_epoch() ||
            now.is_control() != was.is_control() ||
            now.is_transactional() != was.is_transactional()) {
            return wrong("has another header than was appended");
        }
        if (now.base_offset() >= history_.touched_end() && one.bytes != appended->bytes) {
            return wrong("was changed, but not compacted");
        }
        if (now.is_control() && now.record_count() > 0 &&
            transaction_marker_in(now) != transaction_marker_in(was)) {
            return wrong("is another marker than was appended");
        }
        end = now.next_offset();
        left_by_base_.emplace(now.base_offset(), now);
    }
    return Done{};
}

Result<Done> Judge::check_untouched() const {
    for (const LogModel::Batch& one : model_.batches()) {
        const RecordBatchView batch = one.view();
        const bool counts =
            batch.base_offset() >= history_.touched_end() && batch.last_offset() >= model_.start();
        if (!counts || is_left(batch)) continue;
        return violation(fmt::format("the batch at {} is gone, but was not compacted",
                                     batch.base_offset().value));
    }
    return Done{};
}

Result<Done> Judge::check_there() const {
    for (const auto& [offset, record] : there_) {
        const auto was = appended_.find(offset);
        if (was != appended_.end() && was->second == record) continue;
        return violation(fmt::format("the record at {} is not what was appended", offset.value));
    }
    return Done{};
}

Result<Done> Judge::check_gone() const {
    // From behind: what was seen last of a key is what may have taken the place of those before.
    std::set<std::string> superseded;
    std::set<std::string> decided;
    std::set<std::string> deleted;  // by tombstones that are gone
    for (auto each = appended_.rbegin(); each != appended_.rend(); ++each) {
        const auto& [offset, record] = *each;
        if (offset < model_.start()) break;
        const bool is_there = there_.contains(offset);
        const bool is_gone_rightly =
            record.fate == Fate::Aborted ||
            (record.fate == Fate::Committed && superseded.contains(record.key)) ||
            (!record.value && history_.may_be_gone(offset));
        if (!is_there && !is_gone_rightly) {
            return violation(
                fmt::format("the {} at {} (key {}) is gone and nothing is in its place",
                            record.value ? "record" : "tombstone", offset.value, record.key));
        }
        if (record.fate != Fate::Committed) continue;
        if (is_there && deleted.contains(record.key)) {
            return violation(
                fmt::format("the record at {} is there, and its tombstone is gone", offset.value));
        }
        if (decided.insert(record.key).second && !is_there) deleted.insert(record.key);
        if (offset < history_.keys_end()) superseded.insert(record.key);
    }
    return Done{};
}

Result<Done> Judge::check_markers() const {
    const auto is_there = [this](Offset marker) {
        const auto at = left_by_base_.find(marker);
        return at != left_by_base_.end() && at->second.record_count() > 0;
    };
    for (const CompletedTransaction& transaction : model_.completed()) {
        const Offset marker = transaction.last_offset;
        if (marker < model_.start() || is_there(marker)) continue;
        if (!history_.may_be_gone(marker)) {
            return violation(fmt::format("the marker at {} is gone too early", marker.value));
        }
        const bool is_needed = std::ranges::any_of(left_, [&](const LogModel::Batch& batch) {
            return transaction_of(model_, batch.view()) == &transaction;
        });
        if (is_needed) {
            return violation(fmt::format("the marker at {} is gone, and not all of its transaction",
                                         marker.value));
        }
    }
    return Done{};
}

Result<Done> Judge::check_last_of_producers() const {
    for (const auto& [id, known] : model_.producers().producers()) {
        if (!known.has_batches() || known.last_offset() < model_.start()) continue;
        if (history_.may_have_forgotten(id)) continue;
        const bool is_there = std::ranges::any_of(left_, [&, &last = known](const auto& batch) {
            return batch.view().last_offset() == last.last_offset();
        });
        if (is_there) continue;
        return violation(fmt::format("the last batch of producer {}, up to {}, is gone", id.value,
                                     known.last_offset().value));
    }
    return Done{};
}

// Below the first dirty offset compaction has nothing left to do, but to wait.
Result<Done> Judge::check_clean_part() const {
    const Offset end = partition_.checkpoint().first_dirty_offset;
    if (end > partition_.log_end_offset()) return violation("what is not there is taken for clean");
    std::set<std::string> keys;
    for (const auto& [offset, record] : there_) {
        if (offset < model_.start()) continue;
        if (offset >= end) break;
        const auto wrong = [&, at = offset](const char* what) {
            return violation(fmt::format("the record at {} {}", at.value, what));
        };
        if (record.fate != Fate::Committed) return wrong("is not committed, but taken for clean");
        if (!keys.insert(record.key).second) return wrong("is not the only one of its key");
    }
    for (const auto& [base, batch] : left_by_base_) {
        if (batch.last_offset() >= end) break;
        const auto horizon = batch.delete_horizon();
        const bool is_due = horizon && *horizon <= history_.completed_at() &&
                            batch.last_offset() < history_.completed_end();
        bool has_tombstones = false;
        RecordReader reader(batch);
        while (const RecordView* record = reader.next()) has_tombstones |= !record->value;
        if (has_tombstones && !horizon) {
            return violation(fmt::format("tombstones at {} have no end", base.value));
        }
        if (is_due && (has_tombstones || batch.is_control())) {
            return violation(
                fmt::format("what was to go from the batch at {} is there still", base.value));
        }
    }
    return Done{};
}

}  // namespace

const CompletedTransaction* transaction_of(const LogModel& model, const RecordBatchView& batch) {
    if (!batch.is_transactional() || batch.is_control()) return nullptr;
    for (const CompletedTransaction& each : model.completed()) {
        if (each.producer_id == batch.producer_id() && each.first_offset <= batch.base_offset() &&
            batch.last_offset() < each.last_offset) {
            return &each;
        }
    }
    return nullptr;
}

Result<Done> check_compacted_records(const Partition& partition, const LeftBatches& left,
                                     const LogModel& model, const CompactionHistory& history) {
    return Judge(partition, left, model, history).judge();
}

}  // namespace kafka::storage
