// The file system of the machine. One object serves all threads.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace kafka::storage {

class PosixFileSystem : public FileSystem {
  public:
    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
    void look_up(const std::string& path) override;
    Result<std::shared_ptr<File>> open_if_there(const std::string& path) override;
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

  private:
    Result<std::shared_ptr<File>> open_if_there(const std::string& path, OpenMode mode);

    // False once a name was found that is never cached, as on some file systems of a network: from
    // then on files are opened as ever.
    std::atomic<bool> caches_names_{true};
};

}  // namespace kafka::storage
