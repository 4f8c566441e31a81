// What a producer with transactions V2 (KIP-890) says: FindCoordinator v1, InitProducerId v4,
// Produce v12, which adds its partition to the transaction, and EndTxn v5, which raises the epoch.
#pragma once

#include <cstdint>
#include <string_view>

#include "bench/wire.h"

namespace kafka::bench {

struct ProducerIdentity {
    std::int64_t id = -1;
    std::int16_t epoch = -1;
};

// Makes a prepared batch the first of a transaction of this producer.
void put_producer(MutableBytes batch, const ProducerIdentity& producer);

Bytes find_coordinator_request(std::string_view transactional_id);
Bytes init_producer_id_request(std::string_view transactional_id);
Bytes transactional_produce_request(std::string_view transactional_id, std::string_view topic,
                                    BytesView batch);
Bytes end_txn_request(std::string_view transactional_id, const ProducerIdentity& producer);

// Bodies of answers, the correlation id already read.
std::int16_t read_coordinator_error(Reader& answer);
struct Identified {
    std::int16_t error_code;
    ProducerIdentity producer;
};
// Of InitProducerId and EndTxn.
Identified read_identity(Reader& answer);
Produced read_transactional_produced(Reader& answer);

}  // namespace kafka::bench
