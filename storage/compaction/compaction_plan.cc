#include "storage/compaction/compaction_plan.h"

#include <algorithm>
#include <limits>

namespace kafka::storage {
namespace {
// Unlike Kafka: the files of a group are renamed in one step on the partition's thread, which
// others wait for.
constexpr std::size_t kMostSegmentsInGroup = 16;
}  // namespace

double CompactionNeed::dirty_ratio() const {
    const std::uint64_t all = clean_bytes + cleanable_bytes;
    return all == 0 ? 0 : static_cast<double>(cleanable_bytes) / static_cast<double>(all);
}

bool CompactionNeed::is_due(const LogConfig& config) const {
    if (is_overdue && cleanable_bytes > 0) return true;
    return dirty_ratio() > config.min_cleanable_dirty_ratio;
}

std::vector<SegmentGroup> group_segments(std::span<const SourceSegment> sources,
                                         const LogConfig& config) {
    const auto most_bytes = static_cast<std::uint64_t>(config.segment_bytes);
    const auto most_index_bytes = static_cast<std::uint64_t>(config.segment_index_bytes);
    std::vector<SegmentGroup> groups;
    for (std::size_t first = 0; first < sources.size();) {
        const SourceSegment& head = sources[first];
        std::uint64_t bytes = head.size;
        std::uint64_t offset_index = head.offset_index_bytes;
        std::uint64_t time_index = head.time_index_bytes;
        std::size_t end = first + 1;
        for (; end < std::min(sources.size(), first + kMostSegmentsInGroup); ++end) {
            const SourceSegment& next = sources[end];
            bytes += next.size;
            offset_index += next.offset_index_bytes;
            time_index += next.time_index_bytes;
            const std::int64_t reach = next.end.previous() - head.base_offset;
            if (bytes > most_bytes || offset_index > most_index_bytes ||
                time_index > most_index_bytes || reach > std::numeric_limits<std::int32_t>::max()) {
                break;
            }
        }
        groups.push_back(sources.subspan(first, end - first));
        first = end;
    }
    return groups;
}

}  // namespace kafka::storage
