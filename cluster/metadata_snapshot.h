// The file of a snapshot: `<end offset>-<epoch>.checkpoint`, a header, the records of an image, and
// a footer that shows that it is whole. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "cluster/image.h"
#include "protocol/error.h"
#include "protocol/gen/types.h"

namespace kafka::cluster {

// What a snapshot contains: everything before `end`, the last of it written in `epoch`.
struct SnapshotId {
    Offset end{0};
    LeaderEpoch epoch{0};

    auto operator<=>(const SnapshotId&) const = default;

    std::string file_name() const;
    // Nothing when the name is not a snapshot's.
    static std::optional<SnapshotId> parse(std::string_view file_name);
};

Bytes snapshot_bytes(const Image& image, const SnapshotId& id, TimestampMs last_contained,
                     TimestampMs now);

// CORRUPT_MESSAGE when the file is not whole.
Result<Image> image_in_snapshot(BytesView bytes);

}  // namespace kafka::cluster
