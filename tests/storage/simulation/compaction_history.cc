#include "tests/storage/simulation/compaction_history.h"

#include <algorithm>

#include "protocol/record_reader.h"

namespace kafka::storage {

void CompactionHistory::begin(const LogModel& model, Offset end, TimestampMs now,
                              std::int64_t delete_retention_ms) {
    keys_end_before_ = keys_end_;
    touched_end_ = std::max(touched_end_, end);
    keys_end_ = std::max(keys_end_, end);
    began_at_ = now;
    began_end_ = end;
    committed_end_ = std::max(committed_end_, end);
    for (const CompletedTransaction& transaction : model.completed()) {
        if (transaction.first_offset >= end) continue;
        committed_end_ = std::max(committed_end_, transaction.last_offset.next());
    }
    for (const LogModel::Batch& one : model.batches()) {
        const RecordBatchView batch = one.view();
        if (batch.base_offset() >= end) break;
        RecordReader reader(batch);
        while (const RecordView* record = reader.next()) {
            if (batch.is_control() || !record->value) {
                first_met_.try_emplace(reader.offset_of(*record), now);
            }
        }
    }
    for (const auto& [offset, met_at] : first_met_) {
        if (now - met_at >= delete_retention_ms) may_be_gone_.insert(offset);
    }
}

void CompactionHistory::complete(Offset keys_end) {
    keys_end_ = std::max(keys_end_before_, std::min(keys_end, touched_end_));
    completed_at_ = began_at_;
    completed_end_ = began_end_;
}

void CompactionHistory::follow(const LogModel& model) {
    touched_end_ = std::min(touched_end_, model.end());
    keys_end_ = std::min(keys_end_, model.end());
    committed_end_ = std::min(committed_end_, model.end());
    first_met_.erase(first_met_.lower_bound(model.end()), first_met_.end());
    may_be_gone_.erase(may_be_gone_.lower_bound(model.end()), may_be_gone_.end());
    for (auto& [id, last] : last_offsets_) {
        const ProducerEntry* known = model.producers().find(id);
        const Offset now = known == nullptr ? Offset{-1} : known->last_offset();
        if (now < last && now < touched_end_) forgotten_.insert(id);
        if (now > last) forgotten_.erase(id);
        last = now;
    }
    for (const auto& [id, known] : model.producers().producers()) {
        last_offsets_.try_emplace(id, known.last_offset());
    }
}

}  // namespace kafka::storage
