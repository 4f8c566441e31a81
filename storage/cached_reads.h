// Reads that never wait for the disk: while a CachedReads lives, what its thread reads from files
// fails where the page cache does not have it, and is noted. The caller then has the missing pages
// fetched on a thread that may wait, and does it all again.
//
//     CachedReads reads;
//     auto result = partition.read(…);
//     if (reads.missed()) … fetch_pages() of each of reads.take_missing(), elsewhere; then again
//
// For calls that only read: an error that comes of a missing page must not be taken for one of the
// disk. One at a time on a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/error.h"
#include "storage/file_system.h"

namespace kafka::storage {

struct MissingPages {
    std::shared_ptr<const File> file;
    std::uint64_t position = 0;
    std::uint64_t size = 0;

    // Waits for the disk.
    void fetch() const { file->fetch_pages(position, size); }
};

class CachedReads {
  public:
    CachedReads();
    CachedReads(const CachedReads&) = delete;
    CachedReads& operator=(const CachedReads&) = delete;
    ~CachedReads();

    bool missed() const { return !missing_.empty(); }
    std::vector<MissingPages> take_missing() { return std::move(missing_); }

    // For files: the one that lives on this thread; null when reads may wait.
    static CachedReads* current();
    // Notes the pages and some that are likely to be read next; what the read answers.
    Error miss(const File& file, std::uint64_t position, std::uint64_t size);

  private:
    std::vector<MissingPages> missing_;
};

}  // namespace kafka::storage
