// The time at which an event happens, handed to whatever decides. Two clocks: `wall` goes into
// records and is what retention counts; `steady` never jumps, and deadlines are of it.
#pragma once

#include <cstdint>
#include <limits>

#include "base/strong_int.h"
#include "protocol/gen/types.h"

namespace kafka::coordinator {

using SteadyMs = StrongInt<struct SteadyMsTag, std::int64_t>;

// The deadline of what is not to happen.
inline constexpr SteadyMs kNever{std::numeric_limits<std::int64_t>::max()};

struct Now {
    TimestampMs wall;
    SteadyMs steady;

    SteadyMs in_ms(std::int64_t delay) const { return steady + delay; }
};

}  // namespace kafka::coordinator
