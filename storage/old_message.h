// Messages as they were stored before Kafka 0.11 (magic 0 and 1). They are not served here; but
// Kafka still serves those that its logs have, so they must not be taken for a torn tail.
#pragma once

#include <cstdint>

#include "protocol/error.h"
#include "storage/file_system.h"

namespace kafka::storage {

// Does a whole one, with the right checksum, stand at `position`, before `end`?
Result<bool> finds_old_message(const File& file, std::uint32_t position, std::uint32_t end);

}  // namespace kafka::storage
