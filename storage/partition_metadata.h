// `partition.metadata`: which topic's partition a folder holds, so that a topic made anew under an
// old name does not find the old one's records.
#pragma once

#include <string>
#include <string_view>

#include "base/uuid.h"
#include "protocol/error.h"

namespace kafka::storage {

std::string partition_metadata_text(const Uuid& topic_id);
Result<Uuid> topic_id_from_text(std::string_view text);

}  // namespace kafka::storage
