// The record of `__transaction_state` as a type: an id, and where it stands or a tombstone. Format
// and versions are Apache Kafka's, so that its tools read our log and we read its. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "coordinator/log_record.h"
#include "protocol/error.h"
#include "transactions/transaction.h"

namespace kafka::transactions {

struct Record {
    std::string transactional_id;
    std::optional<TransactionValue> value;  // nothing: a tombstone

    bool operator==(const Record&) const = default;
};
using Records = std::vector<Record>;

coordinator::LogRecord encode(const Record& record);

// Nothing for a type of record that this broker does not know. CORRUPT_MESSAGE when the bytes are
// not what their type and version say.
Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value);

}  // namespace kafka::transactions
