// The rules by which the configuration of a resource changes; shared by AlterConfigs and
// IncrementalAlterConfigs. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cluster/image.h"
#include "cluster/records.h"
#include "cluster/static_configs.h"
#include "protocol/error.h"

namespace kafka::cluster {

// The numbers are those of IncrementalAlterConfigs.
enum class ConfigOperation : std::int8_t { Set = 0, Delete = 1, Append = 2, Subtract = 3 };

struct ConfigChange {
    std::string name;
    ConfigOperation operation = ConfigOperation::Set;
    std::optional<std::string> value;
};

// What the change is asked of, as it came: the type may be none that exists.
struct AskedResource {
    std::int8_t type = 0;
    const std::string& name;
};

// Applies the changes to the resource's present overrides, or to none with `replace`, and checks
// the outcome. INVALID_REQUEST, INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION or
// INVALID_TOPIC_EXCEPTION.
Result<ConfigValues> changed_configs(const Image& image, const StaticConfigs& statics,
                                     const AskedResource& resource,
                                     const std::vector<ConfigChange>& changes, bool replace);

// The records that take the resource from its present overrides to `values`.
void put_config_records(const Image& image, const AskedResource& resource,
                        const ConfigValues& values, MetadataRecords& records);

}  // namespace kafka::cluster
