// The seam that every disk access of the storage goes through: PosixFileSystem in the broker,
// MemoryFileSystem with faults in tests. A FileSystem may be called from any thread. A File belongs
// to one thread, except for sync(), read_at(), fd() and what fetches pages, which any thread may
// call meanwhile.
//
// Whatever fails is KAFKA_STORAGE_ERROR with a message that names the call, the path and the
// reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/gen/types.h"

namespace kafka::storage {

class File : public std::enable_shared_from_this<File> {
  public:
    virtual ~File() = default;

    // What sendfile takes; -1 when the bytes are not behind a descriptor. The kernel does not read
    // ahead behind it: it is for threads that must not wait.
    virtual int fd() const = 0;
    virtual Result<std::uint64_t> size() const = 0;
    // Reads until `into` is full or the file ends, and returns how many bytes that were. While the
    // thread has a CachedReads, only what need not be waited for.
    virtual Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const = 0;
    // Waits until reading these bytes need not wait for the disk.
    virtual void fetch_pages(std::uint64_t /*position*/, std::uint64_t /*size*/) const {}
    // Begins with it: whoever reads on soon waits less.
    virtual void begin_to_fetch_pages(std::uint64_t /*position*/, std::uint64_t /*size*/) const {}
    // Writes all of it. After a failure any prefix may have reached the file.
    virtual Result<Done> write_at(std::uint64_t position, BytesView bytes) = 0;
    virtual Result<Done> truncate(std::uint64_t size) = 0;
    // What was written before the call survives the loss of power after it. Blocks on the disk.
    virtual Result<Done> sync() = 0;
};

enum class OpenMode {
    Read,
    ReadWrite,
    Create,  // for reading and writing; made when absent
};

struct DirectoryEntry {
    std::string name;
    bool is_directory = false;

    auto operator<=>(const DirectoryEntry&) const = default;
};

struct DiskSpace {
    std::uint64_t total_bytes = 0;
    std::uint64_t usable_bytes = 0;
};

// Held while the object lives; the kernel lets go of it when the process dies.
class DirectoryLock {
  public:
    virtual ~DirectoryLock() = default;
};

class FileSystem {
  public:
    virtual ~FileSystem() = default;

    // While the thread has a CachedReads, only what need not be waited for; never to create then.
    virtual Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
    // Waits until opening the file, or finding that there is none, need not wait for the disk.
    virtual void look_up(const std::string& path);
    // For reading; null where there is no such file.
    virtual Result<std::shared_ptr<File>> open_if_there(const std::string& path);
    virtual bool exists(const std::string& path) = 0;
    // When the file's bytes were last changed.
    virtual Result<TimestampMs> modified_at(const std::string& path) = 0;
    // Sorted by name, without "." and "..".
    virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
    // With its parents; it may exist already.
    virtual Result<Done> create_directory(const std::string& path) = 0;
    // Replaces what `to` names.
    virtual Result<Done> rename(const std::string& from, const std::string& to) = 0;
    // Removing what is absent succeeds.
    virtual Result<Done> remove(const std::string& path) = 0;
    virtual Result<Done> remove_directory(const std::string& path) = 0;  // with all it holds

    // The names in `directory` survive the loss of power.
    virtual Result<Done> sync_directory(const std::string& directory) = 0;
    // Everything on the file system that holds `path` does: cheaper than many single syncs.
    virtual Result<Done> sync_everything(const std::string& path) = 0;

    // Fails when another process, or another lock of this one, holds it.
    virtual Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) = 0;
    virtual Result<DiskSpace> space(const std::string& path) = 0;

    // What this boot of the machine and this very file have in common with nothing else: unchanged
    // means that whatever a process wrote before it died is still whole in the page cache.
    virtual Result<std::string> identity_since_boot(const std::string& path) = 0;
};

// The whole file. A missing one is an error.
Result<Bytes> read_file(FileSystem& files, const std::string& path);

enum class Durability { Synced, WhenTheKernelLikes };

// Replaces the file in one step: a reader, or a recovery, sees the old bytes or the new, never
// both.
Result<Done> write_file_atomically(FileSystem& files, const std::string& path, BytesView bytes,
                                   Durability durability);

}  // namespace kafka::storage
