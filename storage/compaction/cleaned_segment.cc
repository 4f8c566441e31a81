#include "storage/compaction/cleaned_segment.h"

#include <limits>
#include <utility>

#include "storage/file_names.h"

namespace kafka::storage {
namespace {
// The disk gets its share as we go: one big sync at the end would keep everybody else's waiting.
constexpr std::uint64_t kBytesPerSync = std::uint64_t{32} << 20;
}  // namespace

CleanedSegment::CleanedSegment(FileSystem& files, std::string folder, Offset base_offset,
                               std::int32_t index_interval_bytes)
    : files_(files),
      folder_(std::move(folder)),
      base_offset_(base_offset),
      index_interval_bytes_(index_interval_bytes),
      segment_(files, folder_, base_offset, kCleanedSuffix) {}

std::string CleanedSegment::path(std::string_view suffix) const {
    return file_path(folder_, base_offset_, suffix) + std::string(kCleanedSuffix);
}

Result<Done> CleanedSegment::create(TimestampMs now) { return segment_.create(now); }

Result<Done> CleanedSegment::append(BytesView batches) {
    if (batches.empty()) return Done{};
    constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max());
    if (segment_.size() + batches.size() > kMost) {
        return Error{ErrorCode::CORRUPT_MESSAGE,
                     "records have grown while they were compacted: " + path(kLogSuffix)};
    }
    if (auto done = segment_.append(batches, index_interval_bytes_); !done) return done;
    unsynced_bytes_ += batches.size();
    if (unsynced_bytes_ < kBytesPerSync) return Done{};
    unsynced_bytes_ = 0;
    auto file = segment_.log_file();
    if (!file) return file.error();
    return (*file)->sync();
}

Result<Done> CleanedSegment::append_aborted(const std::vector<AbortedTransaction>& transactions) {
    for (const AbortedTransaction& transaction : transactions) {
        if (auto done = segment_.append_aborted(transaction); !done) return done;
    }
    return Done{};
}

Result<Done> CleanedSegment::finish(bool with_transaction_index) {
    if (with_transaction_index && !segment_.has_transaction_index()) {
        auto made = files_.open(path(kTransactionIndexSuffix), OpenMode::Create);
        if (!made) return made.error();
        segment_.expect_transaction_index();
    }
    if (auto done = segment_.seal(); !done) return done;
    std::vector<std::shared_ptr<File>> written;
    if (auto done = segment_.collect_files(true, written); !done) return done;
    for (const auto& file : written) {
        if (auto done = file->sync(); !done) return done;
    }
    return files_.sync_directory(folder_);
}

Result<Done> CleanedSegment::discard() {
    for (const std::string_view suffix : kSegmentSuffixes) {
        if (auto done = files_.remove(path(suffix)); !done) return done;
    }
    return Done{};
}

}  // namespace kafka::storage
