#include "storage/producer_snapshots.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/crc32c.h"
#include "storage/file_names.h"

namespace kafka::storage {
namespace {

// `producer-state`: checksum of what follows, size of what follows, log end offset, size of the
// snapshot, the snapshot as Kafka writes it, and then for each batch that the snapshot leaves out
// and for the one it has, oldest first: producer id, last offset, timestamp, last sequence, offset
// delta. What an older, longer content left may follow.
constexpr std::size_t kSumBytes = 8;
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kBatchBytes = 32;

void append_batch(Bytes& content, ProducerId id, const AppendedBatch& batch) {
    std::uint8_t bytes[kBatchBytes];
    store_be(bytes, id.value);
    store_be(bytes + 8, batch.last_offset.value);
    store_be(bytes + 16, batch.timestamp.value);
    store_be(bytes + 24, batch.last_sequence.value);
    store_be(bytes + 28, batch.offset_delta);
    content.insert(content.end(), bytes, bytes + kBatchBytes);
}

AppendedBatch batch_at(const std::uint8_t* bytes) {
    return {.last_offset = {load_be<std::int64_t>(bytes + 8)},
            .timestamp = {load_be<std::int64_t>(bytes + 16)},
            .last_sequence = {load_be<std::int32_t>(bytes + 24)},
            .offset_delta = load_be<std::int32_t>(bytes + 28)};
}

}  // namespace

struct ProducerSnapshots::Running {
    Bytes content;
    Offset end;
    BytesView snapshot;  // the next two view the content
    BytesView batches;
};

ProducerSnapshots::ProducerSnapshots(FileSystem& files, std::string folder,
                                     std::vector<Offset> found, Offset synced_end)
    : files_(&files),
      folder_(std::move(folder)),
      offsets_(std::move(found)),
      synced_end_(synced_end) {}

Result<Done> ProducerSnapshots::restore(ProducerState& state, Offset first_batch, Offset log_end,
                                        bool trust_running_snapshot, TimestampMs now,
                                        std::int64_t expiration_ms) {
    removed_ = false;
    while (!offsets_.empty() && offsets_.back() > log_end) {
        if (auto done = remove(offsets_.size() - 1); !done) return done;
    }
    synced_end_ = std::min(synced_end_, log_end);
    if (files_->exists(running_path())) {
        const Offset newest = offsets_.empty() ? first_batch : offsets_.back();
        const auto running = trust_running_snapshot ? read_running() : std::nullopt;
        const bool usable = running && running->end <= log_end && running->end >= first_batch;
        if (!usable) {
            // What is appended up to there from now on is not what it speaks of, whether it can be
            // read today or not.
            if (auto done = files_->remove(running_path()); !done) return done;
        } else if (running->end >= newest && load_running(*running, state, now, expiration_ms)) {
            return Done{};
        }
    }
    while (!offsets_.empty()) {
        auto bytes = read_file(*files_, file_path(folder_, offsets_.back(), kSnapshotSuffix));
        if (!bytes) return bytes.error();
        // What the log held between a snapshot and its first batch is gone: half of the truth is
        // none.
        if (offsets_.back() >= first_batch && state.load_snapshot(*bytes, now, expiration_ms)) {
            state.set_end_offset(offsets_.back());
            return Done{};
        }
        if (auto done = remove(offsets_.size() - 1); !done) return done;
    }
    state.clear();
    state.set_end_offset(first_batch);
    return Done{};
}

Result<Done> ProducerSnapshots::write(const ProducerState& state) {
    const Offset offset = state.end_offset();
    if (!offsets_.empty() && offsets_.back() >= offset) return Done{};
    auto done = write_file_atomically(*files_, file_path(folder_, offset, kSnapshotSuffix),
                                      state.to_snapshot(), Durability::WhenTheKernelLikes);
    if (done) offsets_.push_back(offset);
    return done;
}

std::vector<std::string> ProducerSnapshots::take_unsynced() {
    std::vector<std::string> paths;
    for (std::size_t i = offsets_.size(); i-- > 0 && offsets_[i] >= synced_end_;) {
        paths.push_back(file_path(folder_, offsets_[i], kSnapshotSuffix));
    }
    if (!paths.empty()) synced_end_ = offsets_.back().next();
    return paths;
}

Result<Done> ProducerSnapshots::write_running(const ProducerState& state) {
    const Bytes snapshot = state.to_snapshot();
    Bytes content(kSumBytes + kHeaderBytes);
    store_be(content.data() + kSumBytes, state.end_offset().value);
    store_be(content.data() + kSumBytes + 8, static_cast<std::uint32_t>(snapshot.size()));
    content.insert(content.end(), snapshot.begin(), snapshot.end());
    for (const auto& [id, producer] : state.producers()) {
        const std::vector<AppendedBatch> batches = producer.batches();
        if (batches.size() < 2) continue;
        for (const AppendedBatch& batch : batches) append_batch(content, id, batch);
    }
    const BytesView summed = BytesView(content).subspan(kSumBytes);
    store_be(content.data(), crc32c(summed));
    store_be(content.data() + 4, static_cast<std::uint32_t>(summed.size()));
    auto file = files_->open(running_path(), OpenMode::Create);
    if (!file) return file.error();
    return (*file)->write_at(0, content);
}

std::optional<ProducerSnapshots::Running> ProducerSnapshots::read_running() const {
    auto content = read_file(*files_, running_path());
    if (!content || content->size() < kSumBytes + kHeaderBytes) return std::nullopt;
    const BytesView bytes(*content);
    const auto size = load_be<std::uint32_t>(bytes.data() + 4);
    if (size < kHeaderBytes || size > bytes.size() - kSumBytes) return std::nullopt;
    const BytesView summed = bytes.subspan(kSumBytes, size);
    if (crc32c(summed) != load_be<std::uint32_t>(bytes.data())) return std::nullopt;
    const auto snapshot_size = load_be<std::uint32_t>(summed.data() + 8);
    if (snapshot_size > size - kHeaderBytes) return std::nullopt;
    Running running;
    running.end = {load_be<std::int64_t>(summed.data())};
    running.snapshot = summed.subspan(kHeaderBytes, snapshot_size);
    running.batches = summed.subspan(kHeaderBytes + snapshot_size);
    running.content = content.take();  // the views stay good: the bytes do not move
    return running;
}

bool ProducerSnapshots::load_running(const Running& running, ProducerState& state, TimestampMs now,
                                     std::int64_t expiration_ms) {
    if (!state.load_snapshot(running.snapshot, now, expiration_ms)) return false;
    state.set_end_offset(running.end);
    std::unordered_map<ProducerId, std::vector<AppendedBatch>> batches;
    for (std::size_t at = 0; at + kBatchBytes <= running.batches.size(); at += kBatchBytes) {
        const std::uint8_t* const bytes = running.batches.data() + at;
        batches[{load_be<std::int64_t>(bytes)}].push_back(batch_at(bytes));
    }
    for (const auto& [id, kept] : batches) state.restore_batches(id, kept);
    return true;
}

Result<Done> ProducerSnapshots::on_log_start(Offset first_batch, const ProducerState& state) {
    if (!state.empty() && (offsets_.empty() || offsets_.back() < first_batch)) {
        if (auto done = write(state); !done) return done;
    }
    while (!offsets_.empty() && offsets_.front() < first_batch) {
        if (auto done = remove(0); !done) return done;
    }
    return Done{};
}

Result<Done> ProducerSnapshots::drop_unless(const std::function<bool(Offset)>& is_wanted) {
    for (std::size_t i = offsets_.size(); i-- > 0;) {
        if (i + 1 == offsets_.size() || is_wanted(offsets_[i])) continue;
        if (auto done = remove(i); !done) return done;
    }
    return Done{};
}

Result<Done> ProducerSnapshots::remove(std::size_t index) {
    auto done = files_->remove(file_path(folder_, offsets_[index], kSnapshotSuffix));
    if (done) offsets_.erase(offsets_.begin() + static_cast<std::ptrdiff_t>(index));
    removed_ = true;
    return done;
}

}  // namespace kafka::storage
