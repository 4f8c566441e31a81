// A file system in memory whose pages are not cached until somebody has had them fetched, and that
// counts the reads which had to wait for the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
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
        stalls_ = fetches_ = 0;
    }
    // Reads that waited for a page, without having been told not to.
    int stalls() const { return locked(stalls_); }
    int fetches() const { return locked(fetches_); }

    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
        auto opened = MemoryFileSystem::open(path, mode);
        if (!opened) return opened;
        return std::shared_ptr<File>(std::make_shared<ColdFile>(*this, opened.take(), path));
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
            cold_.fetch(path_, position, size);
        }
        Result<Done> write_at(std::uint64_t position, BytesView bytes) override {
            cold_.cache(path_, position, bytes.size());
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
        for (std::uint64_t at = position / kPageBytes; at * kPageBytes < position + size; ++at) {
            cached_.emplace(path, at);
        }
    }
    void stall(const std::string& path, std::uint64_t position, std::uint64_t size) {
        cache(path, position, size);
        const std::lock_guard lock(mutex_);
        ++stalls_;
    }
    void fetch(const std::string& path, std::uint64_t position, std::uint64_t size) {
        cache(path, position, size);
        const std::lock_guard lock(mutex_);
        ++fetches_;
    }

    mutable std::mutex mutex_;
    bool drops_ = false;
    std::set<Page> cached_;
    int stalls_ = 0;
    int fetches_ = 0;
};

}  // namespace kafka::storage
