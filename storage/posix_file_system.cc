#include "storage/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/cached_reads.h"
#include "storage/page_cache.h"

namespace kafka::storage {
namespace {

Error failure(const char* call, const std::string& path, int error = errno) {
    return {ErrorCode::KAFKA_STORAGE_ERROR,
            std::string(call) + " " + path + ": " + std::generic_category().message(error)};
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }

  private:
    int fd_;
};

class PosixFile : public File {
  public:
    PosixFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    int fd() const override {
        leave_reading_ahead_to_us();
        return fd_.get();
    }

    Result<std::uint64_t> size() const override {
        struct stat status;
        if (::fstat(fd_.get(), &status) != 0) return failure("stat", path_);
        return static_cast<std::uint64_t>(status.st_size);
    }

    Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
        CachedReads* const cached_only = CachedReads::current();
        int flags = cached_only ? RWF_NOWAIT : 0;
        if (cached_only) leave_reading_ahead_to_us();
        std::size_t done = 0;
        while (done < into.size()) {
            const iovec part{into.data() + done, into.size() - done};
            const ssize_t n =
                ::preadv2(fd_.get(), &part, 1, static_cast<off_t>(position + done), flags);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0 && errno == EAGAIN && cached_only) {
                return cached_only->miss(*this, position + done, into.size() - done);
            }
            if (n < 0 && errno == EOPNOTSUPP && flags != 0) {
                flags = 0;  // the file system cannot tell
                continue;
            }
            if (n < 0) return failure("read", path_);
            if (n == 0) break;
            done += static_cast<std::size_t>(n);
        }
        return done;
    }

    void fetch_pages(std::uint64_t position, std::uint64_t size) const override {
        storage::fetch_pages(fd_.get(), position, size);
    }
    void begin_to_fetch_pages(std::uint64_t position, std::uint64_t size) const override {
        storage::begin_to_fetch_pages(fd_.get(), position, size);
    }

    Result<Done> write_at(std::uint64_t position, BytesView bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t n = ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done,
                                       static_cast<off_t>(position + done));
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return failure("write", path_);
            done += static_cast<std::size_t>(n);
        }
        return Done{};
    }

    Result<Done> truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
            return failure("truncate", path_);
        }
        return Done{};
    }

    Result<Done> sync() override {
        if (::fdatasync(fd_.get()) != 0) return failure("sync", path_);
        return Done{};
    }

  private:
    // Not before somebody looks into the file who must not wait: a start reads faster with it.
    void leave_reading_ahead_to_us() const {
        if (kernel_reads_ahead_.exchange(false, std::memory_order_relaxed)) {
            storage::leave_reading_ahead_to_us(fd_.get());
        }
    }

    Descriptor fd_;
    std::string path_;
    mutable std::atomic<bool> kernel_reads_ahead_ = true;
};

class PosixLock : public DirectoryLock {
  public:
    explicit PosixLock(Descriptor fd) : fd_(std::move(fd)) {}

  private:
    Descriptor fd_;
};

Descriptor open_retrying(const std::string& path, int flags) {
    int fd;
    do {
        fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
    } while (fd < 0 && errno == EINTR);
    return Descriptor(fd);
}

// Fails with EAGAIN where it would have to look at the disk: at a directory, or at an inode. Where
// the kernel (before 5.12) or its sandbox does not know this way, it is opened as ever.
Descriptor open_if_cached(const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_CACHED;
    const long fd = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
    const bool cannot_tell =
        fd < 0 && (errno == ENOSYS || errno == EINVAL || errno == EPERM || errno == EINTR);
    return cannot_tell ? open_retrying(path, flags) : Descriptor(static_cast<int>(fd));
}

int flags_of(OpenMode mode) {
    switch (mode) {
        case OpenMode::Read:
            return O_RDONLY;
        case OpenMode::ReadWrite:
            return O_RDWR;
        case OpenMode::Create:
            return O_RDWR | O_CREAT;
    }
    CHECK(false, "an open mode that does not exist");
}

bool is_directory(const std::string& path, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN && entry.d_type != DT_LNK) return entry.d_type == DT_DIR;
    struct stat status;
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

Result<std::shared_ptr<File>> PosixFileSystem::open(const std::string& path, OpenMode mode) {
    auto opened = open_if_there(path, mode);
    if (opened && !*opened) return failure("open", path, ENOENT);
    return opened;
}

void PosixFileSystem::look_up(const std::string& path) {
    // A rename anywhere in the directories above can make one of them fail.
    constexpr int kTries = 10;
    for (int i = 0; i < kTries; ++i) {
        (void)open_retrying(path, O_RDONLY);
        if (open_if_cached(path, O_RDONLY).valid() || errno != EAGAIN) return;
    }
    caches_names_.store(false, std::memory_order_relaxed);
}

Result<std::shared_ptr<File>> PosixFileSystem::open_if_there(const std::string& path) {
    return open_if_there(path, OpenMode::Read);
}

Result<std::shared_ptr<File>> PosixFileSystem::open_if_there(const std::string& path,
                                                             OpenMode mode) {
    CachedReads* const cached_only =
        caches_names_.load(std::memory_order_relaxed) ? CachedReads::current() : nullptr;
    const int flags = flags_of(mode);
    Descriptor fd = cached_only ? open_if_cached(path, flags) : open_retrying(path, flags);
    if (fd.valid()) return std::shared_ptr<File>(std::make_shared<PosixFile>(std::move(fd), path));
    if (errno == ENOENT) return std::shared_ptr<File>();
    if (errno == EAGAIN && cached_only) return cached_only->miss(*this, path);
    return failure("open", path);
}

bool PosixFileSystem::exists(const std::string& path) {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0;
}

Result<TimestampMs> PosixFileSystem::modified_at(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return failure("stat", path);
    return TimestampMs{status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1'000'000};
}

Result<std::vector<DirectoryEntry>> PosixFileSystem::list(const std::string& directory) {
    DIR* stream = ::opendir(directory.c_str());
    if (stream == nullptr) return failure("list", directory);
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        std::string name = entry->d_name;
        if (name != "." && name != "..") {
            const bool folder = is_directory(directory + "/" + name, *entry);
            entries.push_back({std::move(name), folder});
        }
        errno = 0;
    }
    const int error = errno;
    ::closedir(stream);
    if (error != 0) return failure("list", directory, error);
    std::ranges::sort(entries);
    return entries;
}

Result<Done> PosixFileSystem::create_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0755) == 0) return Done{};
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return failure("create", path, error.value());
    return Done{};
}

Result<Done> PosixFileSystem::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) return failure("rename", from + " to " + to);
    return Done{};
}

Result<Done> PosixFileSystem::remove(const std::string& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("remove", path);
    return Done{};
}

Result<Done> PosixFileSystem::remove_directory(const std::string& path) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return failure("remove", path, error.value());
    return Done{};
}

Result<Done> PosixFileSystem::sync_directory(const std::string& directory) {
    const Descriptor fd = open_retrying(directory, O_RDONLY | O_DIRECTORY);
    if (!fd.valid() || ::fsync(fd.get()) != 0) return failure("sync", directory);
    return Done{};
}

Result<Done> PosixFileSystem::sync_everything(const std::string& path) {
    const Descriptor fd = open_retrying(path, O_RDONLY);
    if (!fd.valid() || ::syncfs(fd.get()) != 0) return failure("sync", path);
    return Done{};
}

Result<std::unique_ptr<DirectoryLock>> PosixFileSystem::lock(const std::string& path) {
    Descriptor fd = open_retrying(path, O_RDWR | O_CREAT);
    if (!fd.valid()) return failure("open", path);
    // flock holds this process's second opening off; the record lock is the one that Java takes.
    struct flock whole_file {};
    whole_file.l_type = F_WRLCK;
    whole_file.l_whence = SEEK_SET;
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || ::fcntl(fd.get(), F_SETLK, &whole_file) != 0) {
        return failure("lock", path);
    }
    return std::unique_ptr<DirectoryLock>(std::make_unique<PosixLock>(std::move(fd)));
}

Result<DiskSpace> PosixFileSystem::space(const std::string& path) {
    struct statvfs status;
    if (::statvfs(path.c_str(), &status) != 0) return failure("statvfs", path);
    return DiskSpace{.total_bytes = status.f_blocks * status.f_frsize,
                     .usable_bytes = status.f_bavail * status.f_frsize};
}

Result<std::string> PosixFileSystem::identity_since_boot(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return failure("stat", path);
    const char* const boot_id_file = "/proc/sys/kernel/random/boot_id";
    const Descriptor fd = open_retrying(boot_id_file, O_RDONLY);
    char boot_id[64];
    const ssize_t size = fd.valid() ? ::read(fd.get(), boot_id, sizeof boot_id) : -1;
    if (size <= 0) return failure("read", boot_id_file);
    std::string identity(boot_id, static_cast<std::size_t>(size));
    while (!identity.empty() && identity.back() == '\n') identity.pop_back();
    return identity + " " + std::to_string(status.st_dev) + " " + std::to_string(status.st_ino);
}

}  // namespace kafka::storage
