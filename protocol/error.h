// What a client is to be told when something below a handler fails: Kafka's code, and a sentence.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/gen/error_code.h"

namespace kafka {

struct Error {
    ErrorCode code = ErrorCode::UNKNOWN_SERVER_ERROR;
    std::string message;

    bool operator==(const Error&) const = default;
};

template <class T>
using Result = BasicResult<T, Error>;

}  // namespace kafka
