// Who asks for an append: it decides which rules the batch is held to.
#pragma once

#include <cstdint>

namespace kafka::storage {

enum class AppendOrigin : std::uint8_t {
    Client,       // a producer: every rule
    Coordinator,  // this broker's own coordinators: epochs, but no sequences; control batches
                  // allowed
    Replication,  // a leader has checked it before: taken as it is
};

}  // namespace kafka::storage
