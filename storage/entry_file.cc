#include "storage/entry_file.h"

#include <algorithm>
#include <utility>

namespace kafka::storage {

EntryFile::EntryFile(FileSystem& files, std::string path, std::size_t entry_bytes)
    : files_(&files), path_(std::move(path)), entry_bytes_(entry_bytes) {}

Result<Done> EntryFile::load() {
    written_ = 0;
    pending_.clear();
    auto opened = file_ ? file() : files_->open_if_there(path_);
    if (!opened) return opened.error();
    if (!*opened) return Done{};
    auto size = (*opened)->size();
    if (!size) return size.error();
    written_ = static_cast<std::size_t>(*size) / entry_bytes_;
    return Done{};
}

Result<Done> EntryFile::read(std::size_t first, MutableBytes into) const {
    const std::size_t wanted = into.size() / entry_bytes_;
    CHECK(first + wanted <= count(), "index entries beyond the end of the index");
    const std::size_t in_file = first >= written_ ? 0 : std::min(wanted, written_ - first);
    if (in_file > 0) {
        auto opened = file();
        if (!opened) return opened.error();
        const MutableBytes part = into.first(in_file * entry_bytes_);
        auto got = (*opened)->read_at(first * entry_bytes_, part);
        if (!got) return got.error();
        if (*got != part.size()) {
            return Error{ErrorCode::KAFKA_STORAGE_ERROR, "the index became shorter: " + path_};
        }
    }
    if (in_file < wanted) {
        const std::size_t from = (first + in_file - written_) * entry_bytes_;
        std::copy_n(pending_.begin() + static_cast<std::ptrdiff_t>(from),
                    (wanted - in_file) * entry_bytes_,
                    into.begin() + static_cast<std::ptrdiff_t>(in_file * entry_bytes_));
    }
    return Done{};
}

Result<Done> EntryFile::read_end() const {
    if (written_ == 0) return Done{};
    Bytes entry(entry_bytes_);
    return read(written_ - 1, entry);
}

void EntryFile::append(BytesView entry) {
    CHECK(entry.size() == entry_bytes_, "an index entry of the wrong size");
    pending_.insert(pending_.end(), entry.begin(), entry.end());
}

Result<Done> EntryFile::write(OpenMode mode) {
    if (pending_.empty() && mode != OpenMode::Create) return Done{};
    if (!file_) {
        auto opened = files_->open(path_, OpenMode::Create);
        if (!opened) return opened.error();
        file_ = opened.take();
    }
    if (pending_.empty()) return Done{};
    if (auto done = file_->write_at(written_ * entry_bytes_, pending_); !done) return done;
    written_ = count();
    pending_.clear();
    return Done{};
}

Result<Done> EntryFile::truncate(std::size_t keep) {
    if (keep >= count()) return Done{};
    const std::size_t keep_written = std::min(keep, written_);
    pending_.resize((keep - keep_written) * entry_bytes_);
    if (!file_ && !files_->exists(path_)) return Done{};
    if (!file_) {
        auto opened = files_->open(path_, OpenMode::ReadWrite);
        if (!opened) return opened.error();
        file_ = opened.take();
    }
    // Also what a write that failed has left of entries that go now.
    auto size = file_->size();
    if (!size) return size.error();
    if (*size > keep_written * entry_bytes_) {
        auto done = file_->truncate(keep_written * entry_bytes_);
        if (!done) return done;
    }
    written_ = keep_written;
    return Done{};
}

Result<Done> EntryFile::seal() {
    // What follows the last whole entry (a torn one, or the room that Kafka reserves) goes.
    if (auto done = write(OpenMode::Create); !done) return done;
    auto size = file_->size();
    if (!size) return size.error();
    if (*size != written_ * entry_bytes_) {
        if (auto done = file_->truncate(written_ * entry_bytes_); !done) return done;
    }
    file_.reset();
    pending_ = Bytes();
    return Done{};
}

Result<std::shared_ptr<File>> EntryFile::file() const {
    if (file_) return file_;
    return files_->open(path_, OpenMode::Read);
}

}  // namespace kafka::storage
