// The half of MemoryFileSystem that fails: what a call changes, and what is left of it after a
// crash.
#include <algorithm>
#include <random>
#include <utility>

#include "storage/memory_file_system.h"

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

}  // namespace

// Counts the call as a step, and says how it fails, if it does.
std::optional<Error> MemoryFileSystem::fault(Call call, const std::string& path) {
    if (dead_) return failure("the process is dead", path);
    const bool is_step = call != Call::Open && call != Call::Read;
    if (is_step && die_at_ && steps_ == *die_at_) {
        dead_ = true;
        return failure("the process dies", path);
    }
    steps_ += is_step;
    for (Fault& planned : faults_) {
        if (planned.call != call || planned.times == 0 ||
            path.find(planned.path_part) == std::string::npos) {
            continue;
        }
        if (planned.first-- > 0) continue;
        --planned.times;
        return failure("planned failure", path);
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
    if (dead_) return failure("the process is dead", path);
    std::optional<Error> error = fault(Call::Write, path);
    std::size_t written = error ? bytes.size() / 2 : bytes.size();
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
        inode.modified = now_;
        inode.unsynced.push_back({position, Bytes(part.begin(), part.end()), std::nullopt});
    }
    if (error) return *error;
    return Done{};
}

Result<Done> MemoryFileSystem::truncate(Inode& inode, const std::string& path, std::uint64_t size) {
    if (auto error = fault(Call::Truncate, path)) return *error;
    inode.content.resize(static_cast<std::size_t>(size));
    inode.modified = now_;
    inode.unsynced.push_back({0, {}, size});
    return Done{};
}

Result<Done> MemoryFileSystem::sync(Inode& inode, const std::string& path) {
    if (auto error = fault(Call::Sync, path)) return *error;
    inode.synced = inode.content;
    inode.unsynced.clear();
    return Done{};
}

std::string MemoryFileSystem::NameChange::directory() const {
    const std::string& path = added.empty() ? removed : added;
    return path.substr(0, path.rfind('/'));
}

void MemoryFileSystem::NameChange::apply_to(Names& names) const {
    if (!removed.empty()) names.erase(removed);
    if (!added.empty()) names[added] = inode;
}

void MemoryFileSystem::set_capacity(std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    capacity_ = bytes;
}

void MemoryFileSystem::fail(Call call, std::string path_part, int times, int first) {
    const std::scoped_lock lock(mutex_);
    faults_.push_back({call, std::move(path_part), times, first});
}

bool MemoryFileSystem::has_planned_failures() const {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(faults_, [](const Fault& planned) { return planned.times > 0; });
}

void MemoryFileSystem::forget_planned_failures() {
    const std::scoped_lock lock(mutex_);
    faults_.clear();
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
    std::map<std::string, std::size_t> changes;
    for (const NameChange& change : unsynced_names_) ++changes[change.directory()];
    for (auto& [directory, count] : changes) count = seed == 0 ? 0 : random() % (count + 1);
    for (const NameChange& change : unsynced_names_) {
        std::size_t& kept = changes[change.directory()];
        if (kept == 0) continue;
        --kept;
        change.apply_to(left);
    }
    std::set<std::shared_ptr<Inode>> inodes;
    for (const auto& [path, inode] : left) {
        if (!inodes.insert(inode).second) continue;
        Bytes content = inode->synced;
        for (const UnsyncedChange& change : inode->unsynced) {
            if (!survives()) continue;
            if (change.truncate) {
                content.resize(static_cast<std::size_t>(*change.truncate));
            } else {
                // One write in four is torn: its first part reached the disk.
                const bool torn = random() % 4 == 0;
                const std::size_t whole = change.bytes.size();
                const std::size_t kept = torn ? random() % (whole + 1) : whole;
                apply(content, change.position, BytesView(change.bytes).first(kept));
            }
        }
        inode->content = inode->synced = std::move(content);
        inode->unsynced.clear();
    }
    names_ = synced_names_ = std::move(left);
    unsynced_names_.clear();
    ++boot_;
    restart();
}

}  // namespace kafka::storage
