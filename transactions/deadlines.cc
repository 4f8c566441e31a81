// Time: what is open for longer than its timeout is aborted, markers are tried again, and ids that
// nobody uses any more are forgotten.
//
// Unlike Kafka: a transaction is aborted when its time is over, not when the coordinator looks for
// such ones next (transaction.abort.timed.out.transaction.cleanup.interval.ms): readers do not wait
// for a dead producer longer than it asked for.
#include <algorithm>

#include "transactions/transaction_coordinator.h"

namespace kafka::transactions {
namespace {

constexpr std::size_t kTombstonesPerStep = 1'000;
constexpr std::int64_t kSoonMs = 100;
// Two-phase commit (KIP-939) says so.
constexpr std::int32_t kNoTimeout = std::numeric_limits<std::int32_t>::max();

bool is_expired(const TransactionValue& value, const Context& context) {
    if (value.state == TransactionState::Ongoing || is_prepared(value.state)) return false;
    return context.now.wall - value.last_update >= context.config.id_expiration_ms;
}

}  // namespace

void TransactionCoordinator::schedule(const std::string& id, Transaction& transaction,
                                      SteadyMs when) {
    // What is scheduled earlier will look again then: an id has one entry that counts, however many
    // transactions it has in the meantime.
    if (transaction.scheduled_at <= when) return;
    transaction.scheduled_at = when;
    wakes_.emplace(when, id);
}

SteadyMs TransactionCoordinator::next_deadline() const {
    if (wakes_.empty()) return next_expiration_check_;
    return std::min(wakes_.top().first, next_expiration_check_);
}

Effects TransactionCoordinator::on_time(const Context& context) {
    if (!wakes_.empty() && wakes_.top().first <= context.now.steady) {
        const auto [due, id] = wakes_.top();
        wakes_.pop();
        Transaction* transaction = lookup(id);
        if (!transaction || transaction->scheduled_at != due) return {};
        transaction->scheduled_at = kNever;
        return look_at(id, *transaction, context);
    }
    if (next_expiration_check_ <= context.now.steady) return expire(context);
    return {};
}

Effects TransactionCoordinator::look_at(const std::string& id, Transaction& transaction,
                                        const Context& context) {
    const TransactionValue& value = transaction.hard;
    if (is_prepared(value.state) && !transaction.markers_under_way) {
        transaction.markers_under_way = true;
        MarkersToWrite markers = markers_of(id, value);
        if (transaction.unmarked) markers.partitions = *transaction.unmarked;
        return {.replies = {std::move(markers)}};
    }
    if (value.state != TransactionState::Ongoing || value.timeout_ms == kNoTimeout) return {};
    const std::int64_t left_ms = value.timeout_ms - (context.now.wall - value.start);
    if (left_ms >= 0) {
        schedule(id, transaction, context.now.in_ms(left_ms + 1));
        return {};
    }
    Decision fence = on_fence(transaction, context.new_ids, context.now.wall);
    if (!fence.next) schedule(id, transaction, context.now.in_ms(kSoonMs));
    return effects_of(id, std::move(fence), context);
}

Effects TransactionCoordinator::expire(const Context& context) {
    if (expiration_todo_.empty()) {
        expiration_todo_.reserve(transactions_.size());
        for (const auto& [id, transaction] : transactions_) {
            if (is_expired(transaction.hard, context)) expiration_todo_.push_back(id);
        }
    }
    Effects effects;
    while (!expiration_todo_.empty() && effects.records.size() < kTombstonesPerStep) {
        const std::string id = std::move(expiration_todo_.back());
        expiration_todo_.pop_back();
        const Transaction* transaction = find(id);
        // It may have been used since the check began.
        if (!transaction || !is_expired(transaction->hard, context)) continue;
        effects.records.push_back({id, std::nullopt});
    }
    if (expiration_todo_.empty()) {
        next_expiration_check_ = context.now.in_ms(context.config.expiration_check_interval_ms);
    }
    return effects;
}

}  // namespace kafka::transactions
