#include "broker/log_directories.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace kafka::broker {
namespace {

bool lies_in(std::string_view path, const storage::LogDirectory& directory) {
    const std::string_view parent = directory.path();
    return path.size() > parent.size() && path.starts_with(parent) && path[parent.size()] == '/';
}

}  // namespace

Result<LogDirectories> LogDirectories::open(storage::FileSystem& files,
                                            const std::vector<std::string>& paths,
                                            const storage::NodeIdentity& identity) {
    LogDirectories result;
    storage::NodeIdentity shared = identity;
    for (const std::string& path : paths) {
        auto directory = storage::LogDirectory::open(files, path, shared);
        if (!directory) return directory.error();
        // A new cluster gets its name with the first directory; the others are of the same.
        shared.cluster_id = (*directory)->meta().cluster_id;
        result.directories_.push_back(directory.take());
    }
    return result;
}

std::vector<Uuid> LogDirectories::ids() const {
    std::vector<Uuid> ids;
    for (const auto& directory : directories_) ids.push_back(directory->meta().directory_id);
    std::ranges::sort(ids);
    return ids;
}

std::size_t LogDirectories::index_of(const storage::Partition& partition) const {
    const auto holds = [&](const auto& directory) {
        return lies_in(partition.folder(), *directory);
    };
    const auto found = std::ranges::find_if(directories_, holds);
    CHECK(found != directories_.end(), "a partition lies in one of the log directories");
    return static_cast<std::size_t>(found - directories_.begin());
}

storage::LogDirectory* LogDirectories::found_in(const kafka::TopicPartition& name) const {
    for (const auto& directory : directories_) {
        if (std::ranges::binary_search(directory->found(), name)) return directory.get();
    }
    return nullptr;
}

storage::LogDirectory& LogDirectories::emptiest() const {
    const auto badness = [](const auto& directory) {
        return std::pair(directory->has_failed(), directory->partition_count());
    };
    return **std::ranges::min_element(directories_, {}, badness);
}

Result<std::unique_ptr<storage::Partition>> LogDirectories::open_partition(
    const kafka::TopicPartition& name, const Uuid& topic_id, const Uuid& preferred,
    const storage::LogConfig& config, TimestampMs now) const {
    storage::LogDirectory* where = found_in(name);
    for (const auto& directory : directories_) {
        if (where != nullptr) break;
        if (directory->meta().directory_id == preferred) where = directory.get();
    }
    if (where == nullptr) where = &emptiest();
    return where->open_partition(name, topic_id, config, now);
}

Result<std::string> LogDirectories::delete_partition(
    std::unique_ptr<storage::Partition> partition) const {
    return directory_of(*partition).delete_partition(std::move(partition));
}

CheckpointsByDirectory LogDirectories::join(std::vector<CheckpointsByDirectory> parts) const {
    CheckpointsByDirectory all(directories_.size());
    for (const CheckpointsByDirectory& part : parts) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            all[i].insert(all[i].end(), part[i].begin(), part[i].end());
        }
    }
    for (auto& each : all) std::ranges::sort(each, {}, &storage::PartitionCheckpoint::partition);
    return all;
}

Result<Done> LogDirectories::write_checkpoints(const CheckpointsByDirectory& checkpoints) const {
    Result<Done> all = Done{};
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        if (directories_[i]->has_failed()) continue;
        Result<Done> written = directories_[i]->write_checkpoints(checkpoints[i]);
        if (!written) all = written;
    }
    return all;
}

Result<Done> LogDirectories::close(const CheckpointsByDirectory& checkpoints) const {
    Result<Done> all = Done{};
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        Result<Done> closed = directories_[i]->close(checkpoints[i]);
        if (!closed) all = closed;
    }
    return all;
}

Result<Done> LogDirectories::remove(const std::string& path) const {
    for (const auto& directory : directories_) {
        if (lies_in(path, *directory)) return directory->remove(path);
    }
    return Done{};
}

}  // namespace kafka::broker
