#include "broker/log_directories.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"

namespace kafka::broker {
namespace {

bool lies_in(std::string_view path, const storage::LogDirectory& directory) {
    const std::string_view parent = directory.path();
    return path.size() > parent.size() && path.starts_with(parent) && path[parent.size()] == '/';
}

// A partition that lies in two of them. Whichever was taken, the records might be in the other.
std::optional<Error> check_found_once(
    const std::vector<std::unique_ptr<storage::LogDirectory>>& directories) {
    std::unordered_map<kafka::TopicPartition, std::string> holders;
    for (const auto& directory : directories) {
        for (const kafka::TopicPartition& found : directory->found()) {
            const auto [first, is_only] = holders.emplace(found, directory->path());
            if (is_only) continue;
            const std::string name = found.to_string();
            return Error{ErrorCode::KAFKA_STORAGE_ERROR,
                         name + " is in " + first->second + " and in " + directory->path() +
                             "; move the one away that is out of date"};
        }
    }
    return std::nullopt;
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
    if (auto error = check_found_once(result.directories_)) return std::move(*error);
    result.placement_->partitions.resize(result.directories_.size());
    return result;
}

std::vector<Uuid> LogDirectories::ids() const {
    std::vector<Uuid> ids;
    for (const auto& directory : directories_) ids.push_back(directory->meta().directory_id);
    std::ranges::sort(ids);
    return ids;
}

std::size_t LogDirectories::index_of(const storage::Partition& partition) const {
    // Not any directory above: one of log.dirs may lie in another.
    const std::string& folder = partition.folder();
    const std::string_view parent = std::string_view(folder).substr(0, folder.rfind('/'));
    const auto holds = [&](const auto& directory) { return directory->path() == parent; };
    const auto found = std::ranges::find_if(directories_, holds);
    CHECK(found != directories_.end(), "a partition lies in one of the log directories");
    return static_cast<std::size_t>(found - directories_.begin());
}

std::optional<std::size_t> LogDirectories::demanded(const kafka::TopicPartition& name,
                                                    const Uuid& preferred) const {
    const auto holds = [&](const auto& directory) { return directory->still_holds(name); };
    const auto is_preferred = [&](const auto& directory) {
        return directory->meta().directory_id == preferred;
    };
    auto found = std::ranges::find_if(directories_, holds);
    if (found == directories_.end()) found = std::ranges::find_if(directories_, is_preferred);
    if (found == directories_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - directories_.begin());
}

std::size_t LogDirectories::place(std::optional<std::size_t> demanded) const {
    const std::scoped_lock lock(placement_->mutex);
    std::vector<std::size_t>& partitions = placement_->partitions;
    const auto badness = [&](std::size_t i) {
        return std::pair(directories_[i]->has_failed(), partitions[i]);
    };
    std::size_t where = demanded.value_or(0);
    for (std::size_t i = 1; !demanded && i < directories_.size(); ++i) {
        if (badness(i) < badness(where)) where = i;
    }
    ++partitions[where];
    return where;
}

void LogDirectories::unplace(std::size_t directory) const {
    const std::scoped_lock lock(placement_->mutex);
    --placement_->partitions[directory];
}

Result<std::unique_ptr<storage::Partition>> LogDirectories::open_partition(
    const kafka::TopicPartition& name, const Uuid& topic_id, const Uuid& preferred,
    const storage::LogConfig& config, std::int64_t producer_expiration_ms, TimestampMs now) const {
    const std::size_t where = place(demanded(name, preferred));
    auto partition =
        directories_[where]->open_partition(name, topic_id, config, producer_expiration_ms, now);
    if (!partition) unplace(where);
    return partition;
}

Result<std::string> LogDirectories::delete_partition(
    std::unique_ptr<storage::Partition> partition) const {
    const std::size_t where = index_of(*partition);
    unplace(where);
    return directories_[where]->delete_partition(std::move(partition));
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

Result<Done> LogDirectories::close(const CheckpointsByDirectory& checkpoints,
                                   BrokerEpoch epoch) const {
    Result<Done> all = Done{};
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
        Result<Done> closed = directories_[i]->close(checkpoints[i], epoch);
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
