// The names of the files in a partition's folder: a segment's base offset in twenty digits, and
// what the file is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/gen/types.h"

namespace kafka::storage {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kOffsetIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTransactionIndexSuffix = ".txnindex";
inline constexpr std::string_view kSnapshotSuffix = ".snapshot";
// Appended to a name: to be removed; compaction's unfinished and finished output.
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kCleanedSuffix = ".cleaned";
inline constexpr std::string_view kSwapSuffix = ".swap";
inline constexpr std::string_view kTemporarySuffix = ".tmp";

inline constexpr std::string_view kLeaderEpochFile = "leader-epoch-checkpoint";
inline constexpr std::string_view kPartitionMetadataFile = "partition.metadata";

// Everything that may belong to one segment.
inline constexpr std::string_view kSegmentSuffixes[] = {kLogSuffix, kOffsetIndexSuffix,
                                                        kTimeIndexSuffix, kTransactionIndexSuffix};

// "00000000000000000042.log"
std::string file_name(Offset base_offset, std::string_view suffix);
std::string file_path(const std::string& folder, Offset base_offset, std::string_view suffix);
// The offset in a name that is twenty digits and exactly `suffix`.
std::optional<Offset> parse_file_name(std::string_view name, std::string_view suffix);

}  // namespace kafka::storage
