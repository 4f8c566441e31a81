#include "storage/page_cache.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kafka::storage {
namespace {

constexpr std::uint64_t kProbeEveryBytes = 16 * kPageBytes;
constexpr std::uint64_t kReadAheadBytes = 128 << 10;

bool page_is_cached(int fd, std::uint64_t position) {
    std::uint8_t byte;
    const iovec into{&byte, 1};
    const ssize_t got = ::preadv2(fd, &into, 1, static_cast<off_t>(position), RWF_NOWAIT);
    return got >= 0 || errno != EAGAIN;
}

}  // namespace

void leave_reading_ahead_to_us(int fd) { (void)::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); }

bool is_cached(int fd, std::uint64_t position, std::uint64_t size) {
    if (size == 0) return true;
    const std::uint64_t last = position + size - 1;
    if (!page_is_cached(fd, position)) return false;
    for (std::uint64_t at = position + kProbeEveryBytes; at < last; at += kProbeEveryBytes) {
        if (!page_is_cached(fd, at)) return false;
    }
    return position / kPageBytes == last / kPageBytes || page_is_cached(fd, last);
}

// The kernel reads ahead as far as its window for the device goes, and no further in one call.
void begin_to_fetch_pages(int fd, std::uint64_t position, std::uint64_t size) {
    const std::uint64_t end = position + size;
    for (std::uint64_t at = position; at < end; at += kReadAheadBytes) {
        (void)::readahead(fd, static_cast<off64_t>(at), std::min(kReadAheadBytes, end - at));
    }
}

void fetch_pages(int fd, std::uint64_t position, std::uint64_t size) {
    begin_to_fetch_pages(fd, position, size);
    // A page that is on its way is waited for by whoever reads it; a byte is enough.
    const std::uint64_t end = position + size;
    std::uint8_t byte;
    for (std::uint64_t at = position; at < end; at = (at / kPageBytes + 1) * kPageBytes) {
        if (::pread(fd, &byte, 1, static_cast<off_t>(at)) <= 0) return;
    }
}

}  // namespace kafka::storage
