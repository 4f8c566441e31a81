// The file system of the machine. Stateless: one object serves all threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/file_system.h"

namespace kafka::storage {

class PosixFileSystem : public FileSystem {
  public:
    Result<std::shared_ptr<File>> open(const std::string& path, OpenMode mode) override;
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
};

}  // namespace kafka::storage
