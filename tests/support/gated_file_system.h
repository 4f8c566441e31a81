// A file system in memory whose syncs wait at a gate, so that a test decides when the disk is done.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "storage/memory_file_system.h"

namespace kafka::storage {

class GatedFileSystem final : public MemoryFileSystem {
  public:
    // From here on syncs wait.
    void close_gate() { set_gate(false); }
    void open_gate() { set_gate(true); }
    // Syncs of files that have begun.
    int syncs() const {
        const std::lock_guard lock(mutex_);
        return syncs_;
    }
    // Waits until so many have begun; ten seconds are for ever.
    bool await_syncs(int count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return syncs_ >= count; });
    }

    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override {
        auto opened = MemoryFileSystem::open(path, mode);
        if (!opened) return opened;
        return std::shared_ptr<File>(std::make_shared<GatedFile>(*this, opened.take()));
    }

  private:
    class GatedFile final : public File {
      public:
        GatedFile(GatedFileSystem& gate, std::shared_ptr<File> file)
            : gate_(gate), file_(std::move(file)) {}
        int fd() const override { return file_->fd(); }
        Result<std::uint64_t> size() const override { return file_->size(); }
        Result<std::size_t> read_at(std::uint64_t position, MutableBytes into) const override {
            return file_->read_at(position, into);
        }
        Result<Done> write_at(std::uint64_t position, BytesView bytes) override {
            return file_->write_at(position, bytes);
        }
        Result<Done> truncate(std::uint64_t size) override { return file_->truncate(size); }
        Result<Done> sync() override {
            gate_.pass();
            return file_->sync();
        }

      private:
        GatedFileSystem& gate_;
        const std::shared_ptr<File> file_;
    };

    void set_gate(bool is_open) {
        const std::lock_guard lock(mutex_);
        is_open_ = is_open;
        changed_.notify_all();
    }
    void pass() {
        std::unique_lock lock(mutex_);
        ++syncs_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = true;
    int syncs_ = 0;
};

}  // namespace kafka::storage
