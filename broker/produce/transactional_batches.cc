#include "broker/produce/transactional_batches.h"

#include "broker/config.h"
#include "cluster/effective_config.h"

namespace kafka::broker {

bool TransactionalBatches::take(const RecordBatchView& batch) {
    if (!batch.has_producer_id()) return false;
    if (producer_id_ == kNoProducerId) {
        producer_id_ = batch.producer_id();
        producer_epoch_ = batch.producer_epoch();
    } else if (producer_id_ != batch.producer_id() || producer_epoch_ != batch.producer_epoch()) {
        several_producers_ = true;
    }
    return true;
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

bool verifies_transactions(const RequestContext& context) {
    return cluster::broker_flag("transaction.partition.verification.enable", context.image(),
                                context.config().statics);
}

}  // namespace kafka::broker
