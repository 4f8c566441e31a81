// A file system in memory that fails on demand, for tests: it keeps what was written and what was
// synced apart, so that a test can kill the process (all writes stay) or cut the power (what was
// not synced is lost, in part or wholly). Any thread; one mutex.
//
// After kill_process() or lose_power() every File that was open before is of the past: it must not
// be used, and new ones are opened as a restarted process would.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace kafka::storage {

class MemoryFileSystem : public FileSystem {
  public:
    enum class Call { Open, Read, Write, Truncate, Sync, Rename, Remove, CreateDirectory };

    MemoryFileSystem();
    ~MemoryFileSystem() override;

    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
    bool exists(const std::string& path) override;
    Result<TimestampMs> modified_at(const std::string& path) override;
    Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
    Result<Done> create_directory(const std::string& path) override;
    Result<Done> rename(const std::string& from, const std::string& to) override;
    Result<Done> remove(const std::string& path) override;
    Result<Done> remove_directory(const std::string& path) override;
    Result<Done> sync_directory(const std::string& directory) override;
    Result<Done> sync_everything(const std::string& path) override;
    Result<std::unique_ptr<DirectoryLock>> lock(const std::string& path) override;
    Result<DiskSpace> space(const std::string& path) override;
    Result<std::string> identity_since_boot(const std::string& path) override;

    // What files that change from now on were modified at; zero at first.
    void set_time(TimestampMs now);

    // --- faults

    // Writes beyond this many bytes in all files fail, after filling what is left.
    void set_capacity(std::uint64_t bytes);
    // The next `times` calls of that kind on a path containing `path_part` fail, after `first` that
    // succeed: a write half way, anything else without having changed anything.
    void fail(Call call, std::string path_part, int times = 1, int first = 0);
    // Is one of those still to come?
    bool has_planned_failures() const;
    void forget_planned_failures();
    // The process dies in its `step`-th change from now on (0 is the next one): a write gets half
    // way, anything else does not happen, and every later call fails until kill_process() or
    // lose_power().
    void die_at_step(int step);
    bool is_dead() const;
    // Changes so far: how many steps there are to die at.
    int steps() const;

    // What is left when the process is gone and the kernel lives on: everything.
    void kill_process();
    // What is left when the machine stops. Of what was not synced each write is kept, lost or torn
    // as `seed` has it, and of the changes to a directory's names, which a file system keeps in
    // order, the last ones are lost. With seed 0 all of it is lost.
    void lose_power(std::uint64_t seed = 0);

  private:
    friend class MemoryFile;
    class MemoryLock;

    struct UnsyncedChange {
        std::uint64_t position = 0;
        Bytes bytes;                            // written there; or
        std::optional<std::uint64_t> truncate;  // the new size
    };
    struct Inode {
        Bytes content;
        Bytes synced;
        std::vector<UnsyncedChange> unsynced;
        std::uint64_t number = 0;
        TimestampMs modified{0};
    };
    struct Fault {
        Call call;
        std::string path_part;
        int times;
        int first;  // so many succeed before
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>>;
    // A file that was made, removed or renamed within its directory.
    struct NameChange {
        std::string removed;
        std::string added;
        std::shared_ptr<Inode> inode;

        std::string directory() const;
        void apply_to(Names& names) const;
    };

    std::optional<Error> fault(Call call, const std::string& path);
    Result<Done> write(Inode& inode, const std::string& path, std::uint64_t position,
                       BytesView bytes);
    Result<Done> truncate(Inode& inode, const std::string& path, std::uint64_t size);
    Result<Done> sync(Inode& inode, const std::string& path);
    std::uint64_t used_bytes() const;
    void restart();

    mutable std::mutex mutex_;
    Names names_;         // as the process sees them
    Names synced_names_;  // as the disk has them
    std::vector<NameChange> unsynced_names_;
    std::set<std::string> directories_;
    std::set<std::string> locks_;
    std::vector<Fault> faults_;
    std::uint64_t capacity_ = UINT64_MAX;
    std::uint64_t boot_ = 1;
    std::uint64_t next_inode_ = 1;
    TimestampMs now_{0};
    int steps_ = 0;
    std::optional<int> die_at_;
    bool dead_ = false;
};

}  // namespace kafka::storage
