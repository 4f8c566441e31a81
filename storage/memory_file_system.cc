#include "storage/memory_file_system.h"

#include <algorithm>
#include <random>
#include <utility>

namespace kafka::storage {
namespace {

Error failure(const std::string& what, const std::string& path) {
    return {ErrorCode::KAFKA_STORAGE_ERROR, what + ": " + path};
}

void apply(Bytes& content, std::uint64_t position, BytesView bytes) {
    const std::size_t end = static_cast<std::size_t>(position) + bytes.size();
    if (content.size() < end) content.resize(end);
    std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(position));
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

// Counts the call as a step, and says how it fails, if it does.
std::optional<Error> MemoryFileSystem::fault(Call call, const std::string& path) {
    if (dead_) return failure("the process is dead", path);
    if (call != Call::Open && die_at_ && steps_ == *die_at_) {
        dead_ = true;
        return failure("the process dies", path);
    }
    if (call != Call::Open) ++steps_;
    for (Fault& planned : faults_) {
        if (planned.call == call && planned.times > 0 &&
            path.find(planned.path_part) != std::string::npos) {
            --planned.times;
            return failure("planned failure", path);
        }
    }
    return std::nullopt;
}

std::uint64_t MemoryFileSystem::used_bytes() const {
    std::uint64_t used = 0;
    for (const auto& [path, inode] : names_) used += inode->content.size();
    return used;
}

Result<Done> MemoryFileSystem::write(Inode& inode, const std::string& path, std::uint64_t position,
                                     BytesView bytes) {
    const bool was_dead = dead_;
    std::optional<Error> error = fault(Call::Write, path);
    std::size_t written = error ? 0 : bytes.size();
    if (error && dead_ && !was_dead) written = bytes.size() / 2;  // torn by the process's death
    const std::uint64_t end = position + written;
    if (end > inode.content.size()) {
        const std::uint64_t used = used_bytes();
        const std::uint64_t growth = end - inode.content.size();
        const std::uint64_t left = used >= capacity_ ? 0 : capacity_ - used;
        if (growth > left) {
            const std::uint64_t fits = inode.content.size() + left;
            written = fits <= position ? 0 : static_cast<std::size_t>(fits - position);
            error = failure("no space left", path);
        }
    }
    if (written > 0) {
        const BytesView part = bytes.first(written);
        apply(inode.content, position, part);
        inode.unsynced.push_back({position, Bytes(part.begin(), part.end()), std::nullopt});
    }
    if (error) return *error;
    return Done{};
}

Result<Done> MemoryFileSystem::truncate(Inode& inode, const std::string& path, std::uint64_t size) {
    if (auto error = fault(Call::Truncate, path)) return *error;
    inode.content.resize(static_cast<std::size_t>(size));
    inode.unsynced.push_back({0, {}, size});
    return Done{};
}

Result<Done> MemoryFileSystem::sync(Inode& inode, const std::string& path) {
    if (auto error = fault(Call::Sync, path)) return *error;
    inode.synced = inode.content;
    inode.unsynced.clear();
    return Done{};
}

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
    }
    return std::shared_ptr<File>(std::make_shared<MemoryFile>(*this, found->second, path));
}

bool MemoryFileSystem::exists(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    return names_.contains(path) || directories_.contains(path);
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
    names_.erase(path);
    return Done{};
}

Result<Done> MemoryFileSystem::remove_directory(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Remove, path)) return *error;
    const auto goes = [&](const std::string& name) {
        return name == path || is_inside(name, path);
    };
    std::erase_if(names_, [&](const auto& entry) { return goes(entry.first); });
    std::erase_if(synced_names_, [&](const auto& entry) { return goes(entry.first); });
    std::erase_if(directories_, goes);
    return Done{};
}

Result<Done> MemoryFileSystem::sync_directory(const std::string& directory) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Sync, directory)) return *error;
    std::erase_if(synced_names_, [&](const auto& entry) {
        return is_directly_inside(entry.first, directory) && !names_.contains(entry.first);
    });
    for (const auto& [path, inode] : names_) {
        if (is_directly_inside(path, directory)) synced_names_[path] = inode;
    }
    return Done{};
}

Result<Done> MemoryFileSystem::sync_everything(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    if (auto error = fault(Call::Sync, path)) return *error;
    synced_names_ = names_;
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

void MemoryFileSystem::set_capacity(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    capacity_ = bytes;
}

void MemoryFileSystem::fail(Call call, std::string path_part, int times) {
    const std::scoped_lock lock(mutex_);
    faults_.push_back({call, std::move(path_part), times});
}

void MemoryFileSystem::die_at_step(int step) {
    const std::scoped_lock lock(mutex_);
    die_at_ = steps_ + step;
}

bool MemoryFileSystem::is_dead() const {
    const std::scoped_lock lock(mutex_);
    return dead_;
}

int MemoryFileSystem::steps() const {
    const std::scoped_lock lock(mutex_);
    return steps_;
}

void MemoryFileSystem::restart() {
    faults_.clear();
    locks_.clear();
    die_at_.reset();
    dead_ = false;
}

void MemoryFileSystem::kill_process() {
    const std::scoped_lock lock(mutex_);
    restart();
}

void MemoryFileSystem::lose_power(std::uint64_t seed) {
    const std::scoped_lock lock(mutex_);
    std::mt19937_64 random(seed);
    const auto survives = [&] { return seed != 0 && random() % 2 == 0; };
    Names left = synced_names_;
    for (const auto& [path, inode] : names_) {
        if (left[path] != inode && survives()) left[path] = inode;
        if (left[path] == nullptr) left.erase(path);
    }
    // A removal that reached the disk. A renamed file has one of its names at least.
    std::set<std::shared_ptr<Inode>> renamed;
    for (const auto& [path, inode] : names_) {
        const auto found = left.find(path);
        if (found == left.end() || found->second != inode) renamed.insert(inode);
    }
    std::erase_if(left, [&](const auto& entry) {
        return !names_.contains(entry.first) && !renamed.contains(entry.second) && survives();
    });
    std::set<std::shared_ptr<Inode>> inodes;
    for (const auto& [path, inode] : left) {
        if (!inodes.insert(inode).second) continue;
        Bytes content = inode->synced;
        for (const UnsyncedChange& change : inode->unsynced) {
            if (!survives()) continue;
            if (change.truncate) {
                content.resize(static_cast<std::size_t>(*change.truncate));
            } else {
                apply(content, change.position, change.bytes);
            }
        }
        inode->content = inode->synced = std::move(content);
        inode->unsynced.clear();
    }
    names_ = synced_names_ = std::move(left);
    ++boot_;
    restart();
}

}  // namespace kafka::storage
