#include "cluster/metadata_log.h"

#include <fmt/format.h>

#include <utility>

#include "cluster/metadata_batches.h"
#include "cluster/metadata_snapshot.h"
#include "cluster/replay.h"
#include "protocol/record_batch.h"

namespace kafka::cluster {
namespace {

// A step that needs more is written as a transaction of several batches.
constexpr std::size_t kMaxBatchBytes = 1 << 20;

BytesView as_bytes(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Holds back the records of a transaction until it has ended.
class Transactions {
  public:
    void add(MetadataRecord&& record, MetadataRecords& committed) {
        if (std::holds_alternative<BeginTransactionRecord>(record)) {
            open_ = true;
        } else if (std::holds_alternative<AbortTransactionRecord>(record)) {
            held_.clear();
            open_ = false;
        } else if (std::holds_alternative<EndTransactionRecord>(record)) {
            for (MetadataRecord& each : held_) committed.push_back(std::move(each));
            held_.clear();
            open_ = false;
        } else if (open_) {
            held_.push_back(std::move(record));
        } else {
            committed.push_back(std::move(record));
        }
    }
    bool open() const { return open_; }

  private:
    MetadataRecords held_;
    bool open_ = false;
};

}  // namespace

Result<Done> MetadataSync::run() const {
    if (!prepared) return prepared;
    for (const auto& each : unsynced) {
        if (auto synced = each->sync(); !synced) return synced;
    }
    for (const std::string& directory : directories) {
        if (auto synced = files->sync_directory(directory); !synced) return synced;
    }
    return Done{};
}

Result<Done> SnapshotJob::run() const {
    return storage::write_file_atomically(*files, path, bytes, storage::Durability::Synced);
}

MetadataLog::MetadataLog(storage::FileSystem& files, std::string data_directory, BrokerId node)
    : files_(files),
      data_directory_(std::move(data_directory)),
      folder_(data_directory_ + "/" + std::string(kMetadataFolder)),
      node_(node) {}

MetadataLog::~MetadataLog() = default;

Result<std::unique_ptr<MetadataLog>> MetadataLog::open(storage::FileSystem& files,
                                                       std::string data_directory, BrokerId node) {
    std::unique_ptr<MetadataLog> log(new MetadataLog(files, std::move(data_directory), node));
    if (auto loaded = log->load(); !loaded) return loaded.error();
    return log;
}

Result<Done> MetadataLog::load() {
    folder_is_new_ = !files_.exists(folder_);
    if (auto made = files_.create_directory(folder_); !made) return made;
    auto from = load_snapshot();
    if (!from) return from.error();

    // The log is small and every byte of it is read anyway: nothing is taken on trust.
    storage::Log::OpenOptions options;
    options.recovery = storage::RecoveryMode::MachineFailed;
    options.log_start_offset = *from;
    auto log = storage::Log::open(files_, folder_, options);
    if (!log) return log.error();
    log_ = log.take();
    if (log_->log_end_offset() < *from) {
        if (auto moved = log_->restart_at(*from, last_appended_); !moved) return moved;
    }
    return replay_log(*from);
}

// Takes the newest snapshot that is whole, and returns where the log goes on.
Result<Offset> MetadataLog::load_snapshot() {
    auto entries = files_.list(folder_);
    if (!entries) return entries.error();
    for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
        const auto id = SnapshotId::parse(entry->name);
        if (!id) continue;
        const auto bytes = storage::read_file(files_, file(entry->name));
        if (!bytes) return bytes.error();
        auto read = image_in_snapshot(*bytes);
        // A crash may have left it half written; the log before it is there then.
        if (!read && read.error().code == ErrorCode::CORRUPT_MESSAGE) continue;
        if (!read) return read.error();
        image_ = read.take();
        epochs_.assign(id->epoch, id->end.previous());
        epoch_ = id->epoch;
        return id->end;
    }
    return Offset{0};
}

Result<Done> MetadataLog::replay_log(Offset from) {
    if (log_->log_start_offset() > from) {
        return Error{ErrorCode::KAFKA_STORAGE_ERROR,
                     fmt::format("{} starts at {}, and no snapshot says what was before", folder_,
                                 log_->log_start_offset().value)};
    }
    if (log_->log_end_offset() == from) return Done{};
    Transactions transactions;
    Result<Done> outcome = Done{};
    const auto visit = [&](const RecordBatchView& batch) {
        epoch_ = batch.partition_leader_epoch();
        epochs_.assign(epoch_, batch.base_offset());
        last_appended_ = batch.max_timestamp();
        bytes_since_snapshot_ += batch.size_in_bytes();
        MetadataRecords records;
        outcome = records_in(batch, records);
        if (!outcome) return false;
        MetadataRecords committed;
        for (MetadataRecord& record : records) transactions.add(std::move(record), committed);
        replay(image_, committed);
        return true;
    };
    if (auto visited = log_->visit_batches(from, visit); !visited) return visited;
    in_transaction_ = transactions.open();
    return outcome;
}

Result<Done> MetadataLog::begin_term(TimestampMs now) {
    epoch_ = epoch_.next();
    epochs_.assign(epoch_, end_offset());
    const BatchPlace place{end_offset(), epoch_, now};
    if (auto done = append_batch(leader_change_batch(node_, place), now); !done) return done;
    if (in_transaction_) {
        AbortTransactionRecord abort;
        abort.reason = std::string("the node stopped in the middle");
        if (auto done = append_values({encode_record(abort).take()}, now); !done) return done;
        in_transaction_ = false;
    }
    return write_state_files();
}

// What KRaft keeps beside the log. None of it is needed to start from here, so nothing waits for
// it.
Result<Done> MetadataLog::write_state_files() {
    const std::string quorum = fmt::format(
        R"({{"clusterId":"","leaderId":{0},"leaderEpoch":{1},"votedId":-1,"appliedOffset":0,)"
        R"("currentVoters":[{{"voterId":{0}}}],"data_version":0}})",
        node_.value, epoch_.value);
    const std::pair<std::string, std::string> state[] = {
        {"quorum-state", quorum},
        {"leader-epoch-checkpoint", epochs_.to_text()},
        {"partition.metadata", "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAQ"},
    };
    for (const auto& [name, text] : state) {
        auto written = storage::write_file_atomically(files_, file(name), as_bytes(text),
                                                      storage::Durability::WhenTheKernelLikes);
        if (!written) return written;
    }
    return Done{};
}

Result<Done> MetadataLog::append(const MetadataRecords& records, TimestampMs now) {
    if (records.empty()) return Done{};
    std::vector<Bytes> values;
    std::size_t bytes = 0;
    for (const MetadataRecord& record : records) {
        auto value = encode_record(record);
        if (!value) return value.error();
        values.push_back(value.take());
        bytes += values.back().size();
    }
    if (bytes <= kMaxBatchBytes) return append_values(values, now);

    std::vector<Bytes> part{encode_record(BeginTransactionRecord{}).take()};
    std::size_t part_bytes = 0;
    for (Bytes& value : values) {
        if (part_bytes + value.size() > kMaxBatchBytes) {
            if (auto done = append_values(part, now); !done) return done;
            part.clear();
            part_bytes = 0;
        }
        part_bytes += value.size();
        part.push_back(std::move(value));
    }
    part.push_back(encode_record(EndTransactionRecord{}).take());
    return append_values(part, now);
}

Result<Done> MetadataLog::append_values(const std::vector<Bytes>& values, TimestampMs now) {
    return append_batch(data_batch(values, {end_offset(), epoch_, now}), now);
}

Result<Done> MetadataLog::append_batch(const Bytes& batch, TimestampMs now) {
    auto appended = log_->append(RecordBatchView(batch), now);
    if (!appended) return appended;
    bytes_since_snapshot_ += batch.size();
    last_appended_ = now;
    return Done{};
}

MetadataSync MetadataLog::begin_sync() {
    MetadataSync sync;
    sync.files = &files_;
    sync.end = end_offset();
    auto unsynced = log_->take_unsynced_files();
    if (unsynced) {
        sync.unsynced = unsynced.take();
    } else {
        sync.prepared = unsynced.error();
    }
    if (log_->take_folder_changed()) sync.directories.push_back(folder_);
    if (std::exchange(folder_is_new_, false)) sync.directories.push_back(data_directory_);
    return sync;
}

SnapshotJob MetadataLog::begin_snapshot(const Image& image, TimestampMs now) {
    const SnapshotId id{end_offset(), epoch_};
    SnapshotJob job;
    job.files = &files_;
    job.path = file(id.file_name());
    job.bytes = snapshot_bytes(image, id, last_appended_, now);
    job.end = id.end;
    bytes_since_snapshot_ = 0;
    return job;
}

Result<Done> MetadataLog::finish_snapshot(const SnapshotJob& job, TimestampMs now) {
    auto entries = files_.list(folder_);
    if (!entries) return entries.error();
    for (const auto& entry : *entries) {
        const auto id = SnapshotId::parse(entry.name);
        if (!id || id->end >= job.end) continue;
        if (auto removed = files_.remove(file(entry.name)); !removed) return removed;
    }
    // Only whole segments can go: what follows the snapshot gets one of its own.
    if (auto rolled = log_->roll(now); !rolled) return rolled;
    if (auto moved = log_->advance_log_start(job.end); !moved) return moved;
    for (const std::string& path : log_->take_removals()) {
        if (auto removed = files_.remove(path); !removed) return removed;
    }
    return Done{};
}

}  // namespace kafka::cluster
