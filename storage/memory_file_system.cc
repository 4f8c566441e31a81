#include "storage/memory_file_system.h"

#include <algorithm>
#include <utility>

namespace kafka::storage {
namespace {

Error failure(const std::string& what, const std::string& path) {
    return {ErrorCode::KAFKA_STORAGE_ERROR, what + ": " + path};
}

bool is_inside(const std::string& path, const std::string& directory) {
    return path.size() > directory.size() + 1 && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

bool is_directly_inside(const std::string& path, const std::string& directory) {
    return is_inside(path, directory) && path.find('/', directory.size() + 1) == std::string::npos;
}

}  // namespace

class MemoryFile : public File {
  public:
    MemoryFile(MemoryFileSystem& files, std::shared_ptr<MemoryFileSystem::Inode> inode,
               std::string path)
        : files_(files), inode_(std::move(inode)), path_(std::move(path)) {}

    int fd() const override { return -1; }
    Result<std::uint64_t> size() const override {
        const std::scoped_lock lock(files_.mutex_);
        return std::uint64_t{inode_->content.size()};
    }
    Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
        const std::scoped_lock lock(files_.mutex_);
        if (auto error = files_.fault(MemoryFileSystem::Call::Read, path_)) return *error;
        const Bytes& content = inode_->content;
        if (position >= content.size()) return std::size_t{0};
        const std::size_t start = static_cast<std::size_t>(position);
        const std::size_t count = std::min(into.size(), content.size() - start);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(start), count, into.begin());
        return count;
    }
    Result<Done> write_at(std::uint64_t position, BytesView bytes) override {
        const std::scoped_lock lock(files_.mutex_);
        return files_.write(*inode_, path_, position, bytes);
    }
    Result<Done> truncate(std::uint64_t size) override {
        const std::scoped_lock lock(files_.mutex_);
        return files_.truncate(*inode_, path_, size);
    }
    Result<Done> sync() override {
        const std::scoped_lock lock(files_.mutex_);
        return files_.sync(*inode_, path_);
    }

  private:
    MemoryFileSystem& files_;
    std::shared_ptr<MemoryFileSystem::Inode> inode_;
    std::string path_;
};

class MemoryFileSystem::MemoryLock : public DirectoryLock {
  public:
    MemoryLock(MemoryFileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
    ~MemoryLock() override {
        const std::scoped_lock lock(files_.mutex_);
        files_.locks_.erase(path_);
    }

  private:
    MemoryFileSystem& files_;
    std::string path_;
};

MemoryFileSystem::MemoryFileSystem() = default;
MemoryFileSystem::~MemoryFileSystem() = default;

Result<std::shared_ptr<File>> MemoryFileSystem::open(const std::string& path, OpenMode mode) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Open, path)) return *error;
    auto found = names_.find(path);
    if (found == names_.end()) {
        const std::string parent = path.substr(0, path.rfind('/'));
        if (mode != OpenMode::Create || !directories_.contains(parent)) {
            return failure("no such file", path);
        }
        if (auto error = fault(Call::CreateDirectory, path)) return *error;
        auto inode = std::make_shared<Inode>();
        inode->number = next_inode_++;
        found = names_.emplace(path, std::move(inode)).first;
        unsynced_names_.push_back({{}, path, found->second});
    }
    return std::shared_ptr<File>(std::make_shared<MemoryFile>(*this, found->second, path));
}

bool MemoryFileSystem::exists(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    return names_.contains(path) || directories_.contains(path);
}

Result<TimestampMs> MemoryFileSystem::modified_at(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    const auto found = names_.find(path);
    if (found != names_.end()) return found->second->modified;
    return Error{ErrorCode::KAFKA_STORAGE_ERROR, "no such file: " + path};
}

void MemoryFileSystem::set_time(TimestampMs now) {
    const std::scoped_lock lock(mutex_);
    now_ = now;
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& directory) {
    const std::scoped_lock lock(mutex_);
    if (!directories_.contains(directory)) return failure("no such directory", directory);
    std::vector<DirectoryEntry> entries;
    for (const auto& [path, inode] : names_) {
        if (is_directly_inside(path, directory)) {
            entries.push_back({path.substr(directory.size() + 1), false});
        }
    }
    for (const std::string& path : directories_) {
        if (is_directly_inside(path, directory)) {
            entries.push_back({path.substr(directory.size() + 1), true});
        }
    }
    std::ranges::sort(entries);
    return entries;
}

Result<Done> MemoryFileSystem::create_directory(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (directories_.contains(path)) return Done{};
    if (auto error = fault(Call::CreateDirectory, path)) return *error;
    for (std::size_t end = 0; end != std::string::npos;) {
        end = path.find('/', end + 1);
        directories_.insert(path.substr(0, end));
    }
    return Done{};
}

Result<Done> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Rename, from)) return *error;
    if (const auto file = names_.find(from); file != names_.end()) {
        auto inode = file->second;
        names_.erase(file);
        unsynced_names_.push_back({from, to, inode});
        names_[to] = std::move(inode);
        return Done{};
    }
    if (!directories_.contains(from)) return failure("no such file", from);
    // Directories move at once, also on the disk: the tests of deletion need no more than that.
    const auto moved = [&](const std::string& path) { return to + path.substr(from.size()); };
    for (Names* names : {&names_, &synced_names_}) {
        Names renamed;
        for (auto& [path, inode] : *names) {
            renamed[is_inside(path, from) ? moved(path) : path] = inode;
        }
        *names = std::move(renamed);
    }
    for (NameChange& change : unsynced_names_) {
        if (is_inside(change.removed, from)) change.removed = moved(change.removed);
        if (is_inside(change.added, from)) change.added = moved(change.added);
    }
    std::set<std::string> directories;
    for (const std::string& path : directories_) {
        directories.insert(path == from || is_inside(path, from) ? moved(path) : path);
    }
    directories_ = std::move(directories);
    return Done{};
}

Result<Done> MemoryFileSystem::remove(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Remove, path)) return *error;
    if (names_.erase(path) > 0) unsynced_names_.push_back({path, {}, nullptr});
    return Done{};
}

Result<Done> MemoryFileSystem::remove_directory(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Remove, path)) return *error;
    if (names_.erase(path) > 0) {
        unsynced_names_.push_back({path, {}, nullptr});
        return Done{};
    }
    if (!directories_.contains(path)) return Done{};
    const auto goes = [&](const std::string& name) {
        return name == path || is_inside(name, path);
    };
    std::erase_if(unsynced_names_, [&](const NameChange& change) {
        return goes(change.removed) || goes(change.added);
    });
    std::erase_if(names_, [&](const auto& entry) { return goes(entry.first); });
    std::erase_if(synced_names_, [&](const auto& entry) { return goes(entry.first); });
    std::erase_if(directories_, goes);
    return Done{};
}

Result<Done> MemoryFileSystem::sync_directory(const std::string& directory) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Sync, directory)) return *error;
    std::erase_if(unsynced_names_, [&](const NameChange& change) {
        const bool here = change.directory() == directory;
        if (here) change.apply_to(synced_names_);
        return here;
    });
    return Done{};
}

Result<Done> MemoryFileSystem::sync_everything(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Sync, path)) return *error;
    synced_names_ = names_;
    unsynced_names_.clear();
    for (auto& [name, inode] : names_) {
        inode->synced = inode->content;
        inode->unsynced.clear();
    }
    return Done{};
}

Result<std::unique_ptr<DirectoryLock>> MemoryFileSystem::lock(const std::string& path) {
    const std::scoped_lock guard(mutex_);
    if (dead_ || !locks_.insert(path).second) return failure("already locked", path);
    return std::unique_ptr<DirectoryLock>(std::make_unique<MemoryLock>(*this, path));
}

Result<DiskSpace> MemoryFileSystem::space(const std::string&) {
    const std::scoped_lock lock(mutex_);
    return DiskSpace{.total_bytes = capacity_, .usable_bytes = capacity_ - used_bytes()};
}

Result<std::string> MemoryFileSystem::identity_since_boot(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    const auto found = names_.find(path);
    if (found == names_.end()) return failure("no such file", path);
    return "boot-" + std::to_string(boot_) + " " + std::to_string(found->second->number);
}

}  // namespace kafka::storage
