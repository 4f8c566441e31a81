// What to tell whoever runs the broker when the first bytes of a connection are no Kafka request.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace kafka::broker {

// `start` holds the first bytes of the frame, its size among them.
std::string why_size_is_wrong(std::int32_t size, std::int32_t max, BytesView start);

}  // namespace kafka::broker
