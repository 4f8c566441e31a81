// What of a file is in the page cache, and the way to get the rest there: so that threads that
// serve many never wait for the disk on behalf of one. Posix; any thread.
#pragma once

#include <cstdint>

namespace kafka::storage {

// The least that comes from the disk, and what is fetched where nothing more is known.
constexpr std::uint64_t kPageBytes = 4096;

// The kernel reads ahead, megabytes at a time, on the thread that misses the first page, and were
// it one that must not wait: so not behind this descriptor any more.
void leave_reading_ahead_to_us(int fd);

// Can these bytes be read without waiting? Asked of one page in sixteen, as pages come and go in
// larger groups. True where the file system cannot tell.
bool is_cached(int fd, std::uint64_t position, std::uint64_t size);

// Waits until the pages have been read. What fails is for the one who reads them to find out.
void fetch_pages(int fd, std::uint64_t position, std::uint64_t size);

// Begins with it and does not wait, or not for long.
void begin_to_fetch_pages(int fd, std::uint64_t position, std::uint64_t size);

}  // namespace kafka::storage
