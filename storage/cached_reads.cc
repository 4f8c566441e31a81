#include "storage/cached_reads.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace kafka::storage {
namespace {

// A search in an index goes on nearby, and so do the headers of small batches.
constexpr std::uint64_t kWindowBytes = 128 << 10;

thread_local CachedReads* current_reads = nullptr;

}  // namespace

CachedReads::CachedReads() {
    CHECK(current_reads == nullptr, "one CachedReads at a time on a thread");
    current_reads = this;
}

CachedReads::~CachedReads() { current_reads = nullptr; }

CachedReads* CachedReads::current() { return current_reads; }

Error CachedReads::miss(const File& file, std::uint64_t position, std::uint64_t size) {
    const std::uint64_t begin = position / kWindowBytes * kWindowBytes;
    const std::uint64_t end = std::max(position + size, begin + kWindowBytes);
    missing_.push_back({file.shared_from_this(), begin, end - begin});
    return {ErrorCode::KAFKA_STORAGE_ERROR, "not in the page cache"};
}

}  // namespace kafka::storage
