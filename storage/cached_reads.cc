#include "storage/cached_reads.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace kafka::storage {
namespace {

thread_local CachedReads* current_reads = nullptr;

}  // namespace

void MissingPages::fetch() const {
    file ? file->fetch_pages(position, size) : files->look_up(path);
}

CachedReads::CachedReads(std::uint64_t window_bytes) : window_bytes_(window_bytes) {
    CHECK(current_reads == nullptr, "one CachedReads at a time on a thread");
    current_reads = this;
}

CachedReads::~CachedReads() { current_reads = nullptr; }

CachedReads* CachedReads::current() { return current_reads; }

Error CachedReads::miss(const File& file, std::uint64_t position, std::uint64_t size) {
    const std::uint64_t begin = position - position % std::min(window_bytes_, kWindowBytes);
    std::uint64_t end = std::max(position + size, begin + window_bytes_);
    if (const auto file_size = file.size()) end = std::min(end, std::max(*file_size, position + 1));
    missing_.push_back({.file = file.shared_from_this(), .position = begin, .size = end - begin});
    return {ErrorCode::KAFKA_STORAGE_ERROR, "not in the page cache"};
}

Error CachedReads::miss(FileSystem& files, const std::string& path) {
    missing_.push_back({.file = nullptr, .files = &files, .path = path});
    return {ErrorCode::KAFKA_STORAGE_ERROR, "not known without the disk: " + path};
}

}  // namespace kafka::storage
