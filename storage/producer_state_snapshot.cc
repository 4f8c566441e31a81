// The `.snapshot` file of a partition's producers, in Kafka's format: a version, a CRC-32C of all
// that follows it, a count, and one fixed-size entry a producer (ProducerSnapshot in Kafka's
// schemas).
#include <algorithm>

#include "base/crc32c.h"
#include "storage/producer_state.h"

namespace kafka::storage {
namespace {

constexpr std::int16_t kVersion = 1;
constexpr std::size_t kCrcAt = 2;
constexpr std::size_t kCountAt = 6;
constexpr std::size_t kEntriesAt = 10;
constexpr std::size_t kEntryBytes = 46;

// Writes or reads fields one after another; whoever uses it has seen to the room.
class Writer {
  public:
    explicit Writer(std::uint8_t* at) : at_(at) {}
    template <class T>
    void put(T value) {
        store_be(at_, value);
        at_ += sizeof value;
    }

  private:
    std::uint8_t* at_;
};

class Reader {
  public:
    explicit Reader(const std::uint8_t* at) : at_(at) {}
    template <class T>
    void get(T& value) {
        value = load_be<T>(at_);
        at_ += sizeof value;
    }

  private:
    const std::uint8_t* at_;
};

Error corrupt(const char* why) {
    return {ErrorCode::CORRUPT_MESSAGE, std::string("producer snapshot: ") + why};
}

void put_entry(Writer& out, ProducerId id, const ProducerEntry& entry) {
    out.put(id.value);
    out.put(entry.epoch.value);
    out.put(entry.last_sequence().value);
    out.put(entry.last_offset().value);
    out.put(entry.last_offset_delta());
    out.put(entry.last_timestamp.value);
    out.put(entry.coordinator_epoch.value);
    out.put(entry.transaction_first_offset.value);
}

ProducerId get_entry(Reader& in, ProducerEntry& entry) {
    ProducerId id;
    AppendedBatch last;
    in.get(id.value);
    in.get(entry.epoch.value);
    in.get(last.last_sequence.value);
    in.get(last.last_offset.value);
    in.get(last.offset_delta);
    in.get(entry.last_timestamp.value);
    in.get(entry.coordinator_epoch.value);
    in.get(entry.transaction_first_offset.value);
    last.timestamp = entry.last_timestamp;
    if (last.last_offset.value >= 0) entry.add(last);
    return id;
}

}  // namespace

Bytes ProducerState::to_snapshot() const {
    std::vector<ProducerId> ids;
    for (const auto& [id, entry] : producers_) ids.push_back(id);
    std::ranges::sort(ids);

    Bytes file(kEntriesAt + ids.size() * kEntryBytes);
    Writer(file.data()).put(kVersion);
    Writer(file.data() + kCountAt).put(static_cast<std::int32_t>(ids.size()));
    Writer entries(file.data() + kEntriesAt);
    for (const ProducerId id : ids) put_entry(entries, id, *find(id));
    Writer(file.data() + kCrcAt).put(crc32c(BytesView(file).subspan(kCountAt)));
    return file;
}

Result<Done> ProducerState::load_snapshot(BytesView file, TimestampMs now,
                                          std::int64_t expiration_ms) {
    if (file.size() < kEntriesAt) return corrupt("cut short");
    if (load_be<std::int16_t>(file.data()) != kVersion) return corrupt("unknown version");
    if (load_be<std::uint32_t>(file.data() + kCrcAt) != crc32c(file.subspan(kCountAt))) {
        return corrupt("checksum differs");
    }
    const auto count = load_be<std::uint32_t>(file.data() + kCountAt);
    if (file.size() - kEntriesAt != count * kEntryBytes) return corrupt("size and count differ");

    clear();
    Reader entries(file.data() + kEntriesAt);
    for (std::uint32_t i = 0; i < count; ++i) {
        ProducerEntry entry;
        const ProducerId id = get_entry(entries, entry);
        if (has_expired(entry, now, expiration_ms)) continue;
        if (entry.has_open_transaction()) open_.emplace(entry.transaction_first_offset, id);
        producers_.insert_or_assign(id, std::move(entry));
    }
    return Done{};
}

void ProducerState::restore_batches(ProducerId id, const std::vector<AppendedBatch>& batches) {
    const auto found = producers_.find(id);
    if (found == producers_.end() || batches.empty()) return;
    ProducerEntry& entry = found->second;
    if (entry.last_offset() != batches.back().last_offset) return;
    const ProducerEpoch epoch = entry.epoch;
    entry.set_epoch(kNoProducerEpoch);  // another epoch, so that it forgets the one it has
    entry.set_epoch(epoch);
    for (const AppendedBatch& batch : batches) entry.add(batch);
}

}  // namespace kafka::storage
