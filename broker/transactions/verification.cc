#include "broker/transactions/verification.h"

namespace kafka::broker {

// Without a coordinator no transactional id is known, and the answer is Kafka's to such.
Task<void> verify(Shard&, Verification& verification) {
    const ErrorCode error = verification.transactional_id.empty()
                                ? ErrorCode::INVALID_REQUEST
                                : ErrorCode::INVALID_PRODUCER_ID_MAPPING;
    for (VerifiedPartition& partition : verification.partitions) partition.error = error;
    co_return;
}

}  // namespace kafka::broker
