// Reads that never wait for the disk: while a CachedReads lives, what its thread reads from files
// fails where the page cache does not have it, and so does opening a file whose name the kernel
// would have to look up on the disk. Either is noted. The caller then has what is missing fetched
// on a thread that may wait, and does it all again.
//
//     CachedReads reads;
//     auto result = partition.read(…);
//     if (reads.missed()) … fetch() each of reads.take_missing(), elsewhere; then again
//
// For calls that only read: an error that comes of a missing page must not be taken for one of the
// disk. One at a time on a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/error.h"
#include "storage/file_system.h"

namespace kafka::storage {

// Pages of a file; or, without one, the way to what a path names.
struct MissingPages {
    std::shared_ptr<const File> file;
    std::uint64_t position = 0;
    std::uint64_t size = 0;
    FileSystem* files = nullptr;
    std::string path{};

    // Waits for the disk.
    void fetch() const;
};

class CachedReads {
  public:
    // A search in an index goes on nearby, and so do the headers of small batches.
    static constexpr std::uint64_t kWindowBytes = 128 << 10;

    // So much of a file is noted with a page that is missing: what is likely to be read next.
    explicit CachedReads(std::uint64_t window_bytes = kWindowBytes);
    CachedReads(const CachedReads&) = delete;
    CachedReads& operator=(const CachedReads&) = delete;
    ~CachedReads();

    bool missed() const { return !missing_.empty(); }
    std::vector<MissingPages> take_missing() { return std::move(missing_); }

    // For files: the one that lives on this thread; null when reads may wait.
    static CachedReads* current();
    // Notes the pages, or the name; what the read, or the opening, answers.
    Error miss(const File& file, std::uint64_t position, std::uint64_t size);
    Error miss(FileSystem& files, const std::string& path);

  private:
    const std::uint64_t window_bytes_;
    std::vector<MissingPages> missing_;
};

}  // namespace kafka::storage
