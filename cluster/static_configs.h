// What the process was started with: the broker keys that its configuration file, its environment
// or its command line set. Read only after the start; every shard may read it.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "protocol/gen/types.h"

namespace kafka::cluster {

struct StaticConfigs {
    BrokerId node_id{1};
    // Only what was set; defaults are in the table of keys. Values as parse_config() returns them.
    std::map<std::string, std::string, std::less<>> values;
};

}  // namespace kafka::cluster
