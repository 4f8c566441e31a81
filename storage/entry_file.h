// A file of entries of one size, in ascending order, which only grows or is cut: what all indexes
// are. New entries gather in memory and are written in groups; what a crash loses of them is
// rebuilt from the log. The file is made with its first group, and open only while it is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "protocol/error.h"
#include "storage/file_system.h"

namespace kafka::storage {

class EntryFile {
  public:
    // So many entries are at most lost by a killed process.
    static constexpr std::size_t kEntriesPerWrite = 64;

    EntryFile(FileSystem& files, std::string path, std::size_t entry_bytes);

    // Learns how many entries the file has. Bytes of a torn entry at its end are ignored, and
    // overwritten by the next.
    Result<Done> load();
    std::size_t count() const { return written_ + pending_.size() / entry_bytes_; }
    bool empty() const { return count() == 0; }
    bool has_unwritten() const { return !pending_.empty(); }

    // The bytes of `count` entries from `first` on.
    Result<Done> read(std::size_t first, MutableBytes into) const;
    // The last entry in the file: the page that the next write goes to.
    Result<Done> read_end() const;
    void append(BytesView entry);
    bool wants_write() const { return pending_.size() >= kEntriesPerWrite * entry_bytes_; }
    // Writes the gathered entries; with Create, also an empty file.
    Result<Done> write(OpenMode mode = OpenMode::ReadWrite);
    // Keeps the first `count` entries.
    Result<Done> truncate(std::size_t count);
    // Writes what is left and lets go of descriptor and buffer.
    Result<Done> seal();
    // The file has this name now.
    void renamed_to(std::string path) { path_ = std::move(path); }
    // For fsync; nothing when there is no file.
    Result<std::shared_ptr<File>> file() const;

    // How many entries are `before(bytes)`, which holds for a first part of them and no other.
    template <class Before>
    Result<std::size_t> partition_point(const Before& before) const;

  private:
    static constexpr std::size_t kBlockBytes = 4080;  // a multiple of all entry sizes

    FileSystem* files_;
    std::string path_;
    std::size_t entry_bytes_;
    std::size_t written_ = 0;
    Bytes pending_;
    mutable std::shared_ptr<File> file_;
};

template <class Before>
Result<std::size_t> EntryFile::partition_point(const Before& before) const {
    std::size_t low = 0;
    std::size_t high = count();
    std::uint8_t block[kBlockBytes];
    while (low < high) {
        if ((high - low) * entry_bytes_ <= kBlockBytes) {
            const MutableBytes entries(block, (high - low) * entry_bytes_);
            if (auto done = read(low, entries); !done) return done.error();
            const std::size_t first = low;
            while (low < high) {
                const std::size_t middle = low + (high - low) / 2;
                const bool left = before(block + (middle - first) * entry_bytes_);
                (left ? low : high) = left ? middle + 1 : middle;
            }
            return low;
        }
        const std::size_t middle = low + (high - low) / 2;
        if (auto done = read(middle, MutableBytes(block, entry_bytes_)); !done) return done.error();
        const bool left = before(block);
        (left ? low : high) = left ? middle + 1 : middle;
    }
    return low;
}

}  // namespace kafka::storage
