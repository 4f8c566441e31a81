// A record as a coordinator writes it: bytes whose format only its state machine knows.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "protocol/gen/types.h"

namespace kafka::coordinator {

struct LogRecord {
    Bytes key;
    std::optional<Bytes> value;  // nothing: a tombstone

    bool operator==(const LogRecord&) const = default;
};

// The transaction that records belong to.
struct Producer {
    ProducerId id;
    ProducerEpoch epoch;

    bool operator==(const Producer&) const = default;
};

}  // namespace kafka::coordinator
