#include "storage/producer_snapshots.h"

#include <utility>

#include "base/crc32c.h"
#include "storage/file_names.h"

namespace kafka::storage {
namespace {

// `producer-state`: checksum of all that follows it, end offset, size of the snapshot, the snapshot
// as Kafka writes it. Older, longer content may follow.
constexpr std::size_t kRunningHeaderBytes = 16;

}  // namespace

ProducerSnapshots::ProducerSnapshots(FileSystem& files, std::string folder,
                                     std::vector<Offset> found)
    : files_(&files), folder_(std::move(folder)), offsets_(std::move(found)) {}

Result<Done> ProducerSnapshots::restore(ProducerState& state, Offset log_start, Offset log_end,
                                        bool trust_running_snapshot, TimestampMs now,
                                        std::int64_t expiration_ms) {
    while (!offsets_.empty() && offsets_.back() > log_end) {
        if (auto done = remove(offsets_.size() - 1); !done) return done;
    }
    if (const auto running = read_running()) {
        const Offset newest = offsets_.empty() ? log_start : offsets_.back();
        const bool usable = trust_running_snapshot && running->end <= log_end;
        if (!usable) {
            // What is appended up to there from now on is not what it speaks of.
            if (auto done = files_->remove(running_path()); !done) return done;
        } else if (running->end > newest &&
                   state.load_snapshot(running->snapshot, now, expiration_ms)) {
            state.set_end_offset(running->end);
            return Done{};
        }
    }
    while (!offsets_.empty()) {
        auto bytes = read_file(*files_, file_path(folder_, offsets_.back(), kSnapshotSuffix));
        if (bytes && state.load_snapshot(*bytes, now, expiration_ms)) {
            state.set_end_offset(offsets_.back());
            return Done{};
        }
        if (auto done = remove(offsets_.size() - 1); !done) return done;
    }
    state.clear();
    state.set_end_offset(log_start);
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

Result<Done> ProducerSnapshots::write_running(const ProducerState& state) {
    const Bytes snapshot = state.to_snapshot();
    Bytes content(kRunningHeaderBytes);
    store_be(content.data() + 4, state.end_offset().value);
    store_be(content.data() + 12, static_cast<std::uint32_t>(snapshot.size()));
    content.insert(content.end(), snapshot.begin(), snapshot.end());
    store_be(content.data(), crc32c(BytesView(content).subspan(4)));
    auto file = files_->open(running_path(), OpenMode::Create);
    if (!file) return file.error();
    return (*file)->write_at(0, content);
}

std::optional<ProducerSnapshots::Running> ProducerSnapshots::read_running() const {
    if (!files_->exists(running_path())) return std::nullopt;
    auto content = read_file(*files_, running_path());
    if (!content || content->size() < kRunningHeaderBytes) return std::nullopt;
    const BytesView bytes(*content);
    const auto size = load_be<std::uint32_t>(bytes.data() + 12);
    if (size > bytes.size() - kRunningHeaderBytes) return std::nullopt;
    const BytesView summed = bytes.subspan(4, kRunningHeaderBytes - 4 + size);
    if (crc32c(summed) != load_be<std::uint32_t>(bytes.data())) return std::nullopt;
    const BytesView snapshot = bytes.subspan(kRunningHeaderBytes, size);
    return Running{.end = {load_be<std::int64_t>(bytes.data() + 4)},
                   .snapshot = Bytes(snapshot.begin(), snapshot.end())};
}

Result<Done> ProducerSnapshots::drop_below(Offset log_start) {
    while (offsets_.size() > 1 && offsets_.front() < log_start) {
        if (auto done = remove(0); !done) return done;
    }
    return Done{};
}

Result<Done> ProducerSnapshots::remove(std::size_t index) {
    auto done = files_->remove(file_path(folder_, offsets_[index], kSnapshotSuffix));
    if (done) offsets_.erase(offsets_.begin() + static_cast<std::ptrdiff_t>(index));
    return done;
}

}  // namespace kafka::storage
