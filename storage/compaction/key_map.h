// The last offset of every key in a stretch of a log: what compaction asks whether a record is the
// latest of its key. 16 bytes a key, whatever its length, and never more memory than it was given;
// a compaction that does not get all keys in stops there and goes on another time.
//
// Of a key's hash 88 bits are kept, and 40 bits of its offset, counted from the first that was put.
// Keys whose kept bits were equal would be taken for one, and the record of one of them lost: with
// 10 million keys in the map and 10 billion others looked up, that has a chance of 1 in
// 3,000,000,000.
//
// It is cut into parts that grow by themselves, so that growing needs no second copy of it all.
// Lives on one thread, for one compaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "protocol/gen/types.h"
#include "storage/compaction/key_hash.h"

namespace kafka::storage {

class KeyMap {
  public:
    static constexpr std::size_t kEntryBytes = 16;

    // No more than `load_factor` of the entries are used, which is what keeps a search short.
    KeyMap(std::size_t most_bytes, double load_factor);

    // Where a key stands or would stand. The map is far bigger than the processor's caches: who
    // prefetches the places of the next keys before he asks for them waits a fraction of the time.
    struct Place {
        std::size_t part;
        std::uint64_t hash;
        std::uint64_t tag;  // 24 bits more, where they stand in Slot::rest
    };
    static constexpr std::size_t kAhead = 32;  // places worth prefetching at a time
    Place place_of(BytesView key) const;
    void prefetch(const Place& place) const;

    // Remembers the key's offset, instead of an earlier one. False when there is no room for it, or
    // it is 2^40 and more above the first that was put: then nothing has changed. The first is
    // always taken, so that who stops at a refusal has got ahead.
    bool put(const Place& place, Offset offset);
    bool put(BytesView key, Offset offset) { return put(place_of(key), offset); }
    std::optional<Offset> find(const Place& place) const;
    std::optional<Offset> find(BytesView key) const { return find(place_of(key)); }

    std::size_t size() const { return size_; }
    std::size_t memory_bytes() const { return slots_ * kEntryBytes; }

  private:
    struct Slot {
        std::uint64_t hash = 0;
        std::uint64_t rest = 0;  // 24 bits of the hash over 40 bits of offset; 0: unused
    };
    struct Part {
        std::vector<Slot> slots;
        std::size_t used = 0;
    };

    static std::size_t start_of(const Part& part, std::uint64_t hash) {
        return ((hash >> 32) * part.slots.size()) >> 32;
    }
    static std::size_t search(const Part& part, std::uint64_t hash, std::uint64_t tag);
    bool has_room(Part& part);

    KeyHash hash_;
    Offset first_;  // once there is one
    double load_factor_;
    std::size_t most_slots_of_part_;
    std::vector<Part> parts_;
    std::size_t slots_ = 0;
    std::size_t size_ = 0;
};

}  // namespace kafka::storage
