#include "storage/producer_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "protocol/record_batch_control.h"

namespace kafka::storage {
namespace {

// From here on a transaction's end bumps the producer's epoch (KIP-890).
constexpr std::int16_t kTransactionVersionWithBump = 2;

bool follows(Sequence last, Sequence next) {
    constexpr std::int32_t kHighest = std::numeric_limits<std::int32_t>::max();
    if (last.value == kHighest) return next == Sequence{0};
    return next == last.next();
}

Error old_epoch(const RecordBatchView& batch, ProducerEpoch current) {
    return {ErrorCode::INVALID_PRODUCER_EPOCH,
            fmt::format("Epoch of producer {} is {}, which is smaller than the last seen epoch {}",
                        batch.producer_id().value, batch.producer_epoch().value, current.value)};
}

Error out_of_order(const RecordBatchView& batch, std::string_view what, Sequence expected_after) {
    return {ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
            fmt::format("{} for producer {} at offset {}: {} (incoming seq. number), {} (last seq. "
                        "number)",
                        what, batch.producer_id().value, batch.base_offset().value,
                        batch.base_sequence().value, expected_after.value)};
}

}  // namespace

Result<std::optional<AppendedBatch>> ProducerState::check(const RecordBatchView& batch,
                                                          const AppendContext& context) const {
    using Answer = std::optional<AppendedBatch>;
    if (!batch.has_producer_id() || context.origin == AppendOrigin::Replication) return Answer{};
    if (batch.is_control()) {
        if (auto error = check_marker(batch, context)) return std::move(*error);
        return Answer{};
    }
    const ProducerEntry* entry = find(batch.producer_id());
    if (context.origin == AppendOrigin::Client && entry != nullptr &&
        entry->epoch == batch.producer_epoch()) {
        const Answer duplicate = entry->find(batch.base_sequence(), batch.last_sequence());
        if (duplicate) return duplicate;
    }
    if (auto error = check_data(batch, context)) return std::move(*error);
    return Answer{};
}

std::optional<Error> ProducerState::check_data(const RecordBatchView& batch,
                                               const AppendContext& context) const {
    const ProducerEntry* entry = find(batch.producer_id());
    // The epoch comes before the verification: a producer that was fenced by a timeout must hear
    // so, and not that its transaction is in a wrong state, from which it cannot recover.
    if (entry != nullptr && batch.producer_epoch() < entry->epoch) {
        return old_epoch(batch, entry->epoch);
    }
    if (auto error = check_verified(batch, context)) return error;
    if (context.origin == AppendOrigin::Client) {
        if (auto error = check_sequence(batch)) return error;
    }
    if (entry != nullptr && entry->has_open_transaction() && !batch.is_transactional()) {
        return Error{ErrorCode::INVALID_TXN_STATE,
                     fmt::format("Expected transactional write from producer {} at offset {}",
                                 batch.producer_id().value, batch.base_offset().value)};
    }
    return std::nullopt;
}

std::optional<Error> ProducerState::check_verified(const RecordBatchView& batch,
                                                   const AppendContext& context) const {
    if (!context.verification_needed || !batch.is_transactional()) return std::nullopt;
    if (has_open_transaction(batch.producer_id(), batch.producer_epoch())) return std::nullopt;
    const auto verification = verifications_.find(batch.producer_id());
    if (verification != verifications_.end() && verification->second.guard == context.guard) {
        return std::nullopt;
    }
    return Error{ErrorCode::INVALID_TXN_STATE, "Record was not part of an ongoing transaction"};
}

std::optional<Error> ProducerState::check_sequence(const RecordBatchView& batch) const {
    const Sequence first = batch.base_sequence();
    const ProducerEntry* entry = find(batch.producer_id());
    const auto verification = verifications_.find(batch.producer_id());
    if (verification != verifications_.end()) {
        const Verification& verified = verification->second;
        const bool unknown = entry == nullptr || !entry->has_batches();
        if (verified.supports_epoch_bump && unknown && first != Sequence{0}) {
            return out_of_order(batch, "Invalid sequence number, 0 is expected", kNoSequence);
        }
        if (first > verified.lowest_sequence) {
            return out_of_order(batch, "Out of order sequence number", verified.lowest_sequence);
        }
    }
    // Nothing is known of it, perhaps because its records were deleted: any sequence will do.
    if (entry == nullptr || entry->epoch == kNoProducerEpoch) return std::nullopt;
    if (batch.producer_epoch() != entry->epoch) {
        if (first == Sequence{0}) return std::nullopt;
        return out_of_order(batch, "Invalid sequence number for new epoch", kNoSequence);
    }
    if (follows(entry->last_sequence(), first)) return std::nullopt;
    return out_of_order(batch, "Out of order sequence number", entry->last_sequence());
}

std::optional<Error> ProducerState::check_marker(const RecordBatchView& batch,
                                                 const AppendContext& context) const {
    const std::optional<TransactionMarker> marker = transaction_marker_in(batch);
    const ProducerEntry* entry = find(batch.producer_id());
    if (!marker || entry == nullptr) return std::nullopt;

    const ProducerEpoch epoch = batch.producer_epoch();
    if (epoch < entry->epoch) return old_epoch(batch, entry->epoch);
    // The same epoch again is a marker of an earlier transaction, except as the retry of a marker
    // that was written already.
    if (context.transaction_version >= kTransactionVersionWithBump && epoch == entry->epoch &&
        entry->has_open_transaction()) {
        return old_epoch(batch, entry->epoch);
    }
    if (marker->coordinator_epoch < entry->coordinator_epoch) {
        return Error{
            ErrorCode::TRANSACTION_COORDINATOR_FENCED,
            fmt::format("Invalid coordinator epoch for producer {} at offset {}: {} (zombie), "
                        "{} (current)",
                        batch.producer_id().value, batch.base_offset().value,
                        marker->coordinator_epoch.value, entry->coordinator_epoch.value)};
    }
    return std::nullopt;
}

std::optional<CompletedTransaction> ProducerState::apply(const RecordBatchView& batch) {
    end_offset_ = batch.next_offset();
    if (!batch.has_producer_id()) return std::nullopt;
    if (batch.is_control()) return apply_marker(batch);

    const ProducerId id = batch.producer_id();
    ProducerEntry& entry = producers_[id];
    entry.set_epoch(batch.producer_epoch());
    entry.add({batch.last_offset(), batch.max_timestamp(), batch.last_sequence(),
               batch.last_offset_delta()});
    entry.last_timestamp = batch.max_timestamp();
    if (batch.is_transactional()) {
        // The transaction is open here now, or was: its verification has served.
        verifications_.erase(id);
        if (!entry.has_open_transaction()) {
            entry.transaction_first_offset = batch.base_offset();
            open_.emplace(batch.base_offset(), id);
        }
    }
    return std::nullopt;
}

std::optional<CompletedTransaction> ProducerState::apply_marker(const RecordBatchView& batch) {
    const std::optional<TransactionMarker> marker = transaction_marker_in(batch);
    if (!marker) return std::nullopt;  // compaction has emptied it: its transaction is gone too
    const ProducerId id = batch.producer_id();
    verifications_.erase(id);

    ProducerEntry& entry = producers_[id];
    std::optional<CompletedTransaction> completed;
    if (entry.has_open_transaction()) {
        completed = {id, entry.transaction_first_offset, batch.last_offset(),
                     marker->type == ControlRecordType::Abort};
    }
    entry.set_epoch(batch.producer_epoch());
    entry.coordinator_epoch = marker->coordinator_epoch;
    entry.last_timestamp = batch.max_timestamp();
    entry.transaction_first_offset = Offset{-1};
    return completed;
}

void ProducerState::complete(const CompletedTransaction& transaction) {
    const std::size_t erased = open_.erase(transaction.first_offset);
    CHECK(erased == 1, "only an open transaction is completed, and once");
    unreplicated_.emplace(transaction.first_offset, transaction.last_offset);
}

Result<VerificationGuard> ProducerState::start_verification(ProducerId id, ProducerEpoch epoch,
                                                            Sequence base_sequence,
                                                            bool supports_epoch_bump,
                                                            TimestampMs now) {
    const ProducerEntry* entry = find(id);
    if (entry != nullptr && epoch < entry->epoch) {
        return Error{ErrorCode::INVALID_PRODUCER_EPOCH,
                     fmt::format("Epoch of producer {} is {}, which is smaller than the last seen "
                                 "epoch {}",
                                 id.value, epoch.value, entry->epoch.value)};
    }
    if (has_open_transaction(id, epoch)) return kNoVerification;

    const auto [at, made] = verifications_.try_emplace(id);
    Verification& verification = at->second;
    if (made) {
        verification = {++last_guard_, now, epoch, base_sequence, supports_epoch_bump};
    } else if (epoch > verification.epoch) {
        verification.epoch = epoch;
        verification.lowest_sequence = base_sequence;
        verification.supports_epoch_bump = supports_epoch_bump;
    } else if (epoch == verification.epoch) {
        // Several first batches may be on their way at once; the lowest has to be appended first.
        verification.lowest_sequence = std::min(verification.lowest_sequence, base_sequence);
    }
    return verification.guard;
}

std::optional<Offset> ProducerState::first_undecided_offset() const {
    return open_.empty() ? std::nullopt : std::optional(open_.begin()->first);
}

std::vector<ProducerState::OpenTransaction> ProducerState::open_transactions() const {
    std::vector<OpenTransaction> open;
    for (const auto& [first_offset, id] : open_) open.push_back({id, first_offset});
    return open;
}

void ProducerState::forget_transaction(const OpenTransaction& transaction) {
    open_.erase(transaction.first_offset);
    producers_[transaction.producer_id].transaction_first_offset = Offset{-1};
}

std::optional<Offset> ProducerState::first_unstable_offset() const {
    if (unreplicated_.empty()) return first_undecided_offset();
    const Offset unreplicated = unreplicated_.begin()->first;
    return std::min(first_undecided_offset().value_or(unreplicated), unreplicated);
}

Offset ProducerState::last_stable_offset_after(const CompletedTransaction& transaction) const {
    for (const auto& [first_offset, producer_id] : open_) {
        if (producer_id != transaction.producer_id) return first_offset;
    }
    return transaction.last_offset.next();
}

void ProducerState::on_high_watermark(Offset high_watermark) {
    std::erase_if(unreplicated_, [&](const auto& txn) { return txn.second < high_watermark; });
}

void ProducerState::on_log_start_offset(Offset log_start_offset) {
    on_high_watermark(log_start_offset);
    end_offset_ = std::max(end_offset_, log_start_offset);
}

bool ProducerState::has_open_transaction(ProducerId id, ProducerEpoch epoch) const {
    const ProducerEntry* entry = find(id);
    return entry != nullptr && entry->has_open_transaction() && entry->epoch == epoch;
}

const ProducerEntry* ProducerState::find(ProducerId id) const {
    const auto at = producers_.find(id);
    return at == producers_.end() ? nullptr : &at->second;
}

void ProducerState::expire(TimestampMs now, std::int64_t expiration_ms) {
    std::erase_if(producers_, [&](const auto& producer) {
        return has_expired(producer.second, now, expiration_ms);
    });
    std::erase_if(verifications_, [&](const auto& verification) {
        return now - verification.second.started >= expiration_ms;
    });
}

void ProducerState::clear() {
    producers_.clear();
    verifications_.clear();
    open_.clear();
    unreplicated_.clear();
}

}  // namespace kafka::storage
