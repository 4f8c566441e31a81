#include "storage/file_system.h"

namespace kafka::storage {

// What fails is for the one who opens it to find out.
void FileSystem::look_up(const std::string& path) { (void)open(path, OpenMode::Read).ok(); }

Result<std::shared_ptr<File>> FileSystem::open_if_there(const std::string& path) {
    if (!exists(path)) return std::shared_ptr<File>();
    return open(path, OpenMode::Read);
}

Result<Bytes> read_file(FileSystem& files, const std::string& path) {
    auto file = files.open(path, OpenMode::Read);
    if (!file) return file.error();
    auto size = (*file)->size();
    if (!size) return size.error();
    Bytes bytes(static_cast<std::size_t>(*size));
    auto got = (*file)->read_at(0, bytes);
    if (!got) return got.error();
    bytes.resize(*got);
    return bytes;
}

Result<Done> write_file_atomically(FileSystem& files, const std::string& path, BytesView bytes,
                                   Durability durability) {
    const std::string temporary = path + ".tmp";
    auto file = files.open(temporary, OpenMode::Create);
    if (!file) return file.error();
    // A crash may have left a longer one.
    if (auto done = (*file)->truncate(0); !done) return done;
    if (auto done = (*file)->write_at(0, bytes); !done) return done;
    if (durability == Durability::Synced) {
        if (auto done = (*file)->sync(); !done) return done;
    }
    if (auto done = files.rename(temporary, path); !done) return done;
    if (durability == Durability::Synced) {
        const std::size_t slash = path.rfind('/');
        return files.sync_directory(slash == std::string::npos ? "." : path.substr(0, slash));
    }
    return Done{};
}

}  // namespace kafka::storage
