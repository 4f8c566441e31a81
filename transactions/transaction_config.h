// What the broker's configuration says about transactions, under Kafka's names. Plain values; the
// owner of a coordinator passes them to every decision.
#pragma once

#include <cstdint>

namespace kafka::transactions {

struct TransactionConfig {
    std::int64_t max_timeout_ms = 900'000;                 // transaction.max.timeout.ms
    std::int64_t id_expiration_ms = 7 * 24 * 3'600'000LL;  // transactional.id.expiration.ms
    std::int64_t expiration_check_interval_ms = 3'600'000;
    // How soon markers are tried again on partitions that did not take them. Not configurable in
    // Kafka either.
    std::int64_t marker_retry_ms = 100;
};

}  // namespace kafka::transactions
