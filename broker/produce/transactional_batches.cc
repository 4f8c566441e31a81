#include "broker/produce/transactional_batches.h"

namespace kafka::broker {

ErrorCode TransactionalBatches::check(const RecordBatchView& batch) {
    // Kafka takes a transactional batch without a producer for an ordinary one.
    if (!batch.has_producer_id()) return ErrorCode::NONE;
    if (producer_id_ == kNoProducerId) {
        producer_id_ = batch.producer_id();
        producer_epoch_ = batch.producer_epoch();
    } else if (producer_id_ != batch.producer_id() || producer_epoch_ != batch.producer_epoch()) {
        several_producers_ = true;
    }
    if (transactional_id_ && transactional_id_->empty()) return ErrorCode::INVALID_REQUEST;
    return ErrorCode::INVALID_PRODUCER_ID_MAPPING;
}

std::optional<Error> TransactionalBatches::refusal() const {
    if (seen_ && !transactional_id_) {
        return Error{ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ""};
    }
    if (several_producers_) {
        return Error{ErrorCode::INVALID_PRODUCER_ID_MAPPING,
                     "Transactional records contained more than one producer ID"};
    }
    return std::nullopt;
}

}  // namespace kafka::broker
