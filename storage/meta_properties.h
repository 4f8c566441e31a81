// meta.properties, version 1: which cluster and which node a log directory belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "protocol/error.h"
#include "protocol/gen/types.h"
#include "storage/file_system.h"

namespace kafka::storage {

struct MetaProperties {
    std::string cluster_id;
    BrokerId node_id{-1};
    Uuid directory_id;

    bool operator==(const MetaProperties&) const = default;

    std::string to_text() const;
    // Unknown properties are skipped; version 1, cluster.id and node.id must be there.
    static Result<MetaProperties> from_text(std::string_view text);
};

// Who is starting: what a new directory is marked with and a used one is held against.
struct NodeIdentity {
    std::string cluster_id;  // empty: whatever a used directory says; a new one needs it
    BrokerId node_id{1};
};

// What `directory` says of itself; nothing when it was never used.
Result<std::optional<MetaProperties>> read_meta_properties(FileSystem& files,
                                                           const std::string& directory);

}  // namespace kafka::storage
