#include "storage/log_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "storage/file_names.h"
#include "storage/partition_metadata.h"
#include "storage/text_file.h"

namespace kafka::storage {
namespace {

constexpr std::string_view kLockFile = ".lock";
constexpr std::string_view kMetaFile = "meta.properties";
constexpr std::string_view kCleanShutdownFile = ".kafka_cleanshutdown";
// Our own: the boot of the machine during which every log here was made sound.
constexpr std::string_view kBootFile = ".barnabas_boot";
constexpr std::string_view kDeleteSuffix = "-delete";
constexpr std::string_view kStraySuffix = "-stray";
// Kept by cluster/, by rules of its own.
constexpr std::string_view kMetadataTopic = "__cluster_metadata";
// A name longer than this is refused by the file system.
constexpr std::size_t kMaxNameBytes = 255;

struct CheckpointFile {
    std::string_view name;
    Offset PartitionOffsets::*field;
};
constexpr std::array kCheckpointFiles = {
    CheckpointFile{kRecoveryPointFile, &PartitionOffsets::recovery_point},
    CheckpointFile{kLogStartFile, &PartitionOffsets::log_start_offset},
    CheckpointFile{kHighWatermarkFile, &PartitionOffsets::high_watermark},
    CheckpointFile{kCleanerFile, &PartitionOffsets::first_dirty_offset},
};

// "orders-7.3b1f…-delete", as Kafka names it.
std::string name_out_of_use(const TopicPartition& name, std::string_view ending) {
    constexpr char kHex[] = "0123456789abcdef";
    std::string suffix = ".";
    for (const std::uint8_t byte : Uuid::random().bytes) {
        suffix += kHex[byte >> 4];
        suffix += kHex[byte & 15];
    }
    suffix += ending;
    return name.to_string().substr(0, kMaxNameBytes - suffix.size()) + suffix;
}

}  // namespace

LogDirectory::LogDirectory(FileSystem& files, std::string path)
    : files_(files), path_(std::move(path)) {}

LogDirectory::~LogDirectory() = default;

std::string LogDirectory::file(std::string_view name) const {
    return path_ + "/" + std::string(name);
}

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(FileSystem& files, std::string path,
                                                         const NodeIdentity& identity) {
    std::unique_ptr<LogDirectory> directory(new LogDirectory(files, std::move(path)));
    if (auto done = files.create_directory(directory->path_); !done) return done.error();
    auto lock = files.lock(directory->file(kLockFile));
    if (!lock) return lock.error();
    directory->lock_ = lock.take();
    if (auto done = directory->load_meta(identity); !done) return done.error();
    if (auto done = directory->scan(); !done) return done.error();
    if (auto done = directory->load_checkpoints(); !done) return done.error();
    if (auto done = directory->choose_recovery(); !done) return done.error();
    return directory;
}

Result<Done> LogDirectory::load_meta(const NodeIdentity& identity) {
    auto known = read_meta_properties(files_, path_);
    if (!known) return known.error();
    if (!*known) {
        meta_ = {identity.cluster_id, identity.node_id, Uuid::random()};
        const std::string text = meta_.to_text();
        return write_file_atomically(files_, file(kMetaFile), as_bytes(text), Durability::Synced);
    }
    meta_ = **known;
    const auto foreign = [&](const std::string& what) {
        return Error{ErrorCode::KAFKA_STORAGE_ERROR, file(kMetaFile) + " belongs to " + what};
    };
    if (!identity.cluster_id.empty() && identity.cluster_id != meta_.cluster_id) {
        return foreign("cluster " + meta_.cluster_id + ", not to " + identity.cluster_id);
    }
    if (identity.node_id != meta_.node_id) {
        return foreign("node " + std::to_string(meta_.node_id.value) + ", not to node " +
                       std::to_string(identity.node_id.value));
    }
    return Done{};
}

Result<Done> LogDirectory::scan() {
    auto entries = files_.list(path_);
    if (!entries) return entries.error();
    for (const DirectoryEntry& entry : *entries) {
        if (!entry.is_directory) {
            if (!entry.name.ends_with(kTemporarySuffix)) continue;
            // At once: its name is soon used again.
            if (auto done = files_.remove(file(entry.name)); !done) return done;
        } else if (entry.name.ends_with(kDeleteSuffix)) {
            removals_.push_back(file(entry.name));
        } else if (auto name = TopicPartition::parse(entry.name)) {
            if (name->topic != kMetadataTopic) found_.push_back(std::move(*name));
        }
    }
    std::ranges::sort(found_);
    return Done{};
}

bool LogDirectory::still_holds(const TopicPartition& name) const {
    return std::ranges::binary_search(found_, name) && files_.exists(file(name.to_string()));
}

Result<Done> LogDirectory::load_checkpoints() {
    for (const auto& [name, field] : kCheckpointFiles) {
        if (!files_.exists(file(name))) continue;
        auto bytes = read_file(files_, file(name));
        if (!bytes) return bytes.error();
        auto checkpoint = offset_checkpoint_from_text(as_text(*bytes));
        if (!checkpoint) {
            return Error{checkpoint.error().code, file(name) + ": " + checkpoint.error().message};
        }
        for (auto& [partition, offset] : *checkpoint) {
            checkpoints_[std::move(partition)].*field = offset;
        }
    }
    return Done{};
}

Result<Done> LogDirectory::choose_recovery() {
    const std::string marker = file(kCleanShutdownFile);
    const bool was_closed = files_.exists(marker);
    if (was_closed) {
        recovery_ = RecoveryMode::Clean;
        if (auto done = files_.remove(marker); !done) return done;
    }
    // It must not be found again after a crash of this run: not even when an earlier start removed
    // it, and died before this sync.
    if (was_closed || !found_.empty()) {
        if (auto done = files_.sync_directory(path_); !done) return done;
    }
    if (was_closed) return Done{};
    if (found_.empty()) return Done{};
    recovery_ = RecoveryMode::MachineFailed;
    if (!files_.exists(file(kBootFile))) return Done{};
    auto seen = read_file(files_, file(kBootFile));
    auto now = files_.identity_since_boot(file(kBootFile));
    if (seen && now && as_text(*seen) == *now) recovery_ = RecoveryMode::ProcessKilled;
    return Done{};
}

Result<Done> LogDirectory::finish_recovery() {
    {
        const std::scoped_lock lock(checkpoints_mutex_);
        if (checkpoints_are_wrong_) {
            if (auto done = write_checkpoint_files(); !done) return done;
        }
    }
    if (has_unrecovered_) return Done{};
    auto boot = files_.open(file(kBootFile), OpenMode::Create);
    if (!boot) return boot.error();
    auto identity = files_.identity_since_boot(file(kBootFile));
    // Where the system has no such thing, every crash counts as the machine's.
    if (!identity) return (*boot)->truncate(0);
    auto size = (*boot)->size();
    if (!size) return size.error();
    if (*size > identity->size()) {
        if (auto done = (*boot)->truncate(0); !done) return done;
    }
    return (*boot)->write_at(0, as_bytes(*identity));
}

// The next start must not take it for sound, whatever the others are.
void LogDirectory::note_unrecovered() {
    if (has_unrecovered_.exchange(true)) return;
    (void)files_.remove(file(kBootFile)).ok();
}

void LogDirectory::mark_failed() {
    if (failed_.exchange(true)) return;
    (void)files_.remove(file(kBootFile)).ok();
    if (on_failure_) on_failure_();
}

Result<std::unique_ptr<Partition>> LogDirectory::open_partition(const TopicPartition& name,
                                                                const Uuid& topic_id,
                                                                const LogConfig& config,
                                                                std::int64_t producer_expiration_ms,
                                                                TimestampMs now) {
    if (failed_) return Error{ErrorCode::KAFKA_STORAGE_ERROR, path_ + " has failed"};
    const std::string folder = file(name.to_string());
    Partition::OpenOptions options;
    options.disk = this;
    options.config = config;
    options.recovery = recovery_;
    options.now = now;
    options.producer_id_expiration_ms = producer_expiration_ms;
    auto ready = prepare_folder(folder, name, topic_id, options.folder_is_new);
    if (!ready) {
        note_unrecovered();
        return ready.error();
    }
    {
        const std::scoped_lock lock(checkpoints_mutex_);
        topics_[name] = topic_id;
        if (const auto known = checkpoints_.find(name); known != checkpoints_.end()) {
            options.recovery_point = known->second.recovery_point;
            options.log_start_offset = known->second.log_start_offset;
            options.high_watermark = known->second.high_watermark;
            options.first_dirty_offset = known->second.first_dirty_offset;
        }
    }
    auto partition = Partition::open(files_, folder, name, topic_id, options);
    if (!partition) {
        note_unrecovered();
        return partition;
    }
    const Offset recovery_point = (*partition)->checkpoint().recovery_point;
    if (recovery_point < options.recovery_point) {
        // What is appended now stands below the recovery point that the file has.
        const std::scoped_lock lock(checkpoints_mutex_);
        checkpoints_[name].recovery_point = recovery_point;
        checkpoints_are_wrong_ = true;
    }
    return partition;
}

// Whose folder it is; nothing where that was torn by the loss of power, or is not said.
Result<std::optional<Uuid>> LogDirectory::topic_of(const std::string& folder) const {
    const std::string metadata = folder + "/" + std::string(kPartitionMetadataFile);
    if (!files_.exists(metadata)) return std::optional<Uuid>();
    auto bytes = read_file(files_, metadata);
    if (!bytes) return bytes.error();
    auto id = topic_id_from_text(as_text(*bytes));
    return id ? std::optional(*id) : std::nullopt;
}

// Makes the folder, or checks that it is the topic's. A crash may have left that of a topic which
// had the same name and was being deleted, or somebody put it there: it is not to be in the way.
Result<Done> LogDirectory::prepare_folder(const std::string& folder, const TopicPartition& name,
                                          const Uuid& topic_id, bool& is_new) {
    is_new = !files_.exists(folder);
    std::optional<Uuid> found;
    if (!is_new) {
        auto owner = topic_of(folder);
        if (!owner) return owner.error();
        found = *owner;
    }
    if (found == topic_id) return Done{};
    if (found) {
        const std::string aside = file(name_out_of_use(name, kStraySuffix));
        if (auto done = files_.rename(folder, aside); !done) return done;
        if (on_set_aside_) on_set_aside_(aside);
        is_new = true;
    }
    if (is_new) {
        // A partition of this name may have been here before: nothing of it must be inherited. The
        // files speak of all others too, so they are not left to the kernel; it is seldom enough.
        const std::scoped_lock lock(checkpoints_mutex_);
        const bool named = checkpoints_.erase(name) > 0 || forgotten_.contains(name);
        if (named) {
            if (auto done = write_checkpoint_files(); !done) return done;
        }
    }
    const std::string metadata = folder + "/" + std::string(kPartitionMetadataFile);
    if (auto done = files_.create_directory(folder); !done) return done;
    const std::string text = partition_metadata_text(topic_id);
    return write_file_atomically(files_, metadata, as_bytes(text), Durability::WhenTheKernelLikes);
}

Result<std::string> LogDirectory::delete_partition(std::unique_ptr<Partition> partition) {
    const TopicPartition name = partition->name();
    partition->abandon();
    partition.reset();
    return delete_folder(name);
}

Result<std::string> LogDirectory::delete_folder(const TopicPartition& name) {
    std::string deleted = file(name_out_of_use(name, kDeleteSuffix));
    auto done = files_.rename(file(name.to_string()), deleted);
    if (!done) return done.error();
    const std::scoped_lock lock(checkpoints_mutex_);
    topics_.erase(name);
    if (checkpoints_.erase(name) > 0) forgotten_.insert(name);
    return deleted;
}

std::vector<std::string> LogDirectory::take_removals() { return std::exchange(removals_, {}); }

Result<Done> LogDirectory::remove(const std::string& path) { return files_.remove_directory(path); }

Result<Done> LogDirectory::write_checkpoints(const std::vector<PartitionCheckpoint>& partitions) {
    const std::scoped_lock lock(checkpoints_mutex_);
    for (const PartitionCheckpoint& now : partitions) {
        // What a deleted one was asked must not be taken for the state of its namesake.
        const auto topic = topics_.find(now.partition);
        if (topic == topics_.end() || topic->second != now.topic_id) continue;
        checkpoints_[now.partition] = {.recovery_point = now.recovery_point,
                                       .log_start_offset = now.log_start_offset,
                                       .high_watermark = now.high_watermark,
                                       .first_dirty_offset = now.first_dirty_offset};
    }
    return write_checkpoint_files();
}

// With the mutex held.
Result<Done> LogDirectory::write_checkpoint_files() {
    for (const auto& [name, field] : kCheckpointFiles) {
        OffsetCheckpoint checkpoint;
        for (const auto& [partition, offsets] : checkpoints_) {
            // Kafka, too, leaves out a log start of zero, and what was never compacted.
            if (name == kLogStartFile && offsets.log_start_offset == Offset{0}) continue;
            if (name == kCleanerFile && offsets.first_dirty_offset < Offset{0}) continue;
            checkpoint.emplace_back(partition, offsets.*field);
        }
        std::ranges::sort(checkpoint);
        const std::string text = to_text(checkpoint);
        auto done = write_file_atomically(files_, file(name), as_bytes(text), Durability::Synced);
        if (!done) return done;
    }
    forgotten_.clear();
    checkpoints_are_wrong_ = false;
    return Done{};
}

Result<Done> LogDirectory::close(const std::vector<PartitionCheckpoint>& partitions,
                                 BrokerEpoch epoch) {
    if (failed_) return Error{ErrorCode::KAFKA_STORAGE_ERROR, path_ + " has failed before"};
    if (auto done = files_.sync_everything(path_); !done) return done;
    std::vector<PartitionCheckpoint> flushed = partitions;
    for (PartitionCheckpoint& partition : flushed) {
        partition.recovery_point = partition.log_end_offset;
    }
    if (auto done = write_checkpoints(flushed); !done) return done;
    if (has_unrecovered_) {
        return Error{ErrorCode::KAFKA_STORAGE_ERROR, path_ + " has a partition that did not open"};
    }
    const std::string marker = fmt::format(R"({{"version":0,"brokerEpoch":{}}})", epoch.value);
    return write_file_atomically(files_, file(kCleanShutdownFile), as_bytes(marker),
                                 Durability::Synced);
}

}  // namespace kafka::storage
