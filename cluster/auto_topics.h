// Topics that nobody asks to create: those that a client names in Metadata, and the internal ones
// that coordinators keep their records in. Pure.
#pragma once

#include <string>

#include "cluster/image.h"
#include "cluster/static_configs.h"
#include "protocol/gen/create_topics.h"

namespace kafka::cluster {

// With the broker's defaults; an internal topic with the keys that are its own. To be passed to
// Controller::create_topics().
CreateTopicsRequest::Topic auto_topic(std::string name, const Image& image,
                                      const StaticConfigs& statics);

}  // namespace kafka::cluster
