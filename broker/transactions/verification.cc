#include "broker/transactions/verification.h"

#include "broker/transactions/transaction_request.h"

namespace kafka::broker {
namespace {
using transactions::PartitionsToAdd;
using transactions::Verified;

void answer_all(Verification& verification, ErrorCode error) {
    for (VerifiedPartition& partition : verification.partitions) partition.error = error;
}

Task<void> add(Shard& home, const PartitionsToAdd& asked, Verification& verification) {
    auto decide = [&asked](transactions::TransactionCoordinator& coordinator,
                           const transactions::Context& now) {
        return coordinator.add_partitions(asked, now);
    };
    auto task =
        decide_for_transaction<transactions::Verified>(home, asked.transactional_id, decide);
    Coordinated<transactions::Verified> answer = co_await task;
    answer_all(verification, answer ? answer->error : answer.error());
}

Task<void> look(Shard& home, const PartitionsToAdd& asked, Verification& verification) {
    auto compare = [&asked](const transactions::TransactionCoordinator& coordinator,
                            const transactions::Context&) {
        return coordinator.verify_partitions(asked);
    };
    auto task = look_at_transaction<Verified>(home, asked.transactional_id, compare);
    Coordinated<Verified> answer = co_await task;
    answer_all(verification, answer ? answer->error : answer.error());
    if (!answer || answer->error != ErrorCode::NONE) co_return;
    for (VerifiedPartition& each : verification.partitions) {
        if (!answer->missing.contains(each.topic, each.partition)) continue;
        each.error = ErrorCode::TRANSACTION_ABORTABLE;
    }
}

}  // namespace

Task<void> verify(Shard& home, Verification& verification) {
    if (verification.transactional_id.empty()) {
        answer_all(verification, ErrorCode::INVALID_REQUEST);
        co_return;
    }
    PartitionsToAdd asked{.transactional_id = std::string(verification.transactional_id),
                          .producer = {verification.producer_id, verification.producer_epoch},
                          .partitions = {},
                          .client_version = transactions::kVersionWithBump};
    for (const VerifiedPartition& each : verification.partitions) {
        asked.partitions.add(each.topic, each.partition);
    }
    auto task =
        verification.adds ? add(home, asked, verification) : look(home, asked, verification);
    co_await task;
}

}  // namespace kafka::broker
