// What may be set on a resource other than a topic, and whether the resource exists at all. For
// config_changes.cc. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/config_changes.h"
#include "cluster/image.h"
#include "cluster/static_configs.h"
#include "cluster/topic_configs.h"
#include "protocol/error.h"

namespace kafka::cluster {

std::optional<Error> check_config_resource(const Image& image, const StaticConfigs& statics,
                                           const AskedResource& resource);

// Whether these broker keys may change while the broker runs; `broker` is empty for the default of
// all.
std::optional<Error> check_dynamic(const std::string& broker,
                                   const std::vector<ConfigChange>& changes);

std::optional<Error> check_broker_configs(const Image& image, const std::string& broker,
                                          const ConfigValues& before, const ConfigValues& values);
// Of a client metrics subscription; they have no table, as there are only three keys.
std::optional<Error> check_client_metrics(const ConfigValues& values);
std::optional<Error> check_group_configs(const ConfigValues& values, const Image& image,
                                         const StaticConfigs& statics);

}  // namespace kafka::cluster
