// A file system in memory whose pages and names are not cached until somebody has had them fetched,
// and that counts what had to wait for the disk: reads, openings, and writes of a part of a page.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "storage/cached_reads.h"
#include "storage/memory_file_system.h"

namespace kafka::storage {

class ColdFileSystem final : public MemoryFileSystem {
  public:
    // Drops the page cache; from here on it counts.
    void drop_caches() {
        const std::lock_guard lock(mutex_);
        drops_ = true;
        cached_.clear();
        known_.clear();
        stalls_ = fetches_ = 0;
    }
    // From here on whoever fetches waits, as at a slow disk.
    void hold_fetches() { set_held(true); }
    void release_fetches() { set_held(false); }
    // From here on what is fetched is pushed out again before anybody has read it.
    void forget_what_is_fetched() {
        const std::lock_guard lock(mutex_);
        forgets_ = true;
    }
    // What waited for the disk without having been told not to.
    int stalls() const { return locked(stalls_); }
    // Those that have begun.
    int fetches() const { return locked(fetches_); }

    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
        if (mode != OpenMode::Create) {
            if (auto missed = miss_name(path)) return *missed;
        }
        auto opened = MemoryFileSystem::open(path, mode);
        if (!opened) return opened;
        return std::shared_ptr<File>(std::make_shared<ColdFile>(*this, opened.take(), path));
    }
    void look_up(const std::string& path) override {
        begin_fetch();
        know(path);
    }
    Result<std::shared_ptr<File>> open_if_there(const std::string& path) override {
        if (auto missed = miss_name(path)) return *missed;
        return MemoryFileSystem::open_if_there(path);
    }

  private:
    static constexpr std::uint64_t kPageBytes = 64;

    class ColdFile final : public File {
      public:
        ColdFile(ColdFileSystem& cold, std::shared_ptr<File> file, std::string path)
            : cold_(cold), file_(std::move(file)), path_(std::move(path)) {}
        int fd() const override { return file_->fd(); }
        Result<std::uint64_t> size() const override { return file_->size(); }
        Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
            const bool is_cached = cold_.is_cached(path_, position, into.size());
            if (!is_cached) {
                CachedReads* const reads = CachedReads::current();
                if (reads) return reads->miss(*this, position, into.size());
                cold_.stall(path_, position, into.size());
            }
            return file_->read_at(position, into);
        }
        void fetch_pages(std::uint64_t position, std::uint64_t size) const override {
            cold_.begin_fetch();
            cold_.cache(path_, position, size);
        }
        Result<Done> write_at(std::uint64_t position, BytesView bytes) override {
            // What a page holds beside the new bytes has to be there.
            const std::uint64_t page = position / kPageBytes * kPageBytes;
            const bool is_part = page < position && page < file_->size().take();
            if (is_part && !cold_.is_cached(path_, page, 1)) cold_.stall(path_, page, 1);
            cold_.write(path_, position, bytes.size());
            return file_->write_at(position, bytes);
        }
        Result<Done> truncate(std::uint64_t size) override { return file_->truncate(size); }
        Result<Done> sync() override { return file_->sync(); }

      private:
        ColdFileSystem& cold_;
        const std::shared_ptr<File> file_;
        const std::string path_;
    };
    using Page = std::pair<std::string, std::uint64_t>;

    int locked(const int& count) const {
        const std::lock_guard lock(mutex_);
        return count;
    }
    void set_held(bool held) {
        const std::lock_guard lock(mutex_);
        held_ = held;
        changed_.notify_all();
    }
    void know(const std::string& path) {
        const std::lock_guard lock(mutex_);
        if (!forgets_) known_.insert(path);
    }
    std::optional<Error> miss_name(const std::string& path) {
        const std::lock_guard lock(mutex_);
        if (!drops_ || known_.contains(path)) return std::nullopt;
        if (CachedReads* const reads = CachedReads::current()) return reads->miss(*this, path);
        known_.insert(path);
        ++stalls_;
        return std::nullopt;
    }
    bool is_cached(const std::string& path, std::uint64_t position, std::uint64_t size) const {
        const std::lock_guard lock(mutex_);
        if (!drops_) return true;
        for (std::uint64_t at = position / kPageBytes; at * kPageBytes < position + size; ++at) {
            if (!cached_.contains(Page{path, at})) return false;
        }
        return true;
    }
    void cache(const std::string& path, std::uint64_t position, std::uint64_t size) {
        const std::lock_guard lock(mutex_);
        if (!forgets_) add_pages(path, position, size);
    }
    void write(const std::string& path, std::uint64_t position, std::uint64_t size) {
        const std::lock_guard lock(mutex_);
        known_.insert(path);
        add_pages(path, position, size);
    }
    void stall(const std::string& path, std::uint64_t position, std::uint64_t size) {
        const std::lock_guard lock(mutex_);
        add_pages(path, position, size);
        ++stalls_;
    }
    void add_pages(const std::string& path, std::uint64_t position, std::uint64_t size) {
        for (std::uint64_t at = position / kPageBytes; at * kPageBytes < position + size; ++at) {
            cached_.emplace(path, at);
        }
    }
    void begin_fetch() {
        std::unique_lock lock(mutex_);
        ++fetches_;
        changed_.wait(lock, [this] { return !held_; });
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool drops_ = false;
    bool held_ = false;
    bool forgets_ = false;
    std::set<Page> cached_;
    std::set<std::string> known_;
    int stalls_ = 0;
    int fetches_ = 0;
};

}  // namespace kafka::storage
