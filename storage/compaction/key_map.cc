#include "storage/compaction/key_map.h"

#include <algorithm>
#include <utility>

namespace kafka::storage {
namespace {

constexpr std::size_t kParts = 256;
constexpr std::size_t kWorthParts = std::size_t{1} << 20;  // bytes
constexpr std::size_t kFirstSlots = 16;
constexpr double kLoadWhileGrowing = 0.8;
constexpr int kOffsetBits = 40;
constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kOffsetBits) - 1;

std::size_t usable(std::size_t slots, double load_factor) {
    const auto wanted = static_cast<std::size_t>(static_cast<double>(slots) * load_factor);
    // One stays free, or a search would not end.
    return std::clamp<std::size_t>(wanted, 1, slots - 1);
}

}  // namespace

KeyMap::KeyMap(std::size_t most_bytes, double load_factor)
    : hash_(KeyHash::with_random_secret()),
      load_factor_(load_factor),
      parts_(most_bytes >= kWorthParts ? kParts : 1) {
    most_slots_of_part_ = std::max<std::size_t>(most_bytes / kEntryBytes / parts_.size(), 2);
}

// Part, place in it and the tag come from different bits of the hash.
KeyMap::Place KeyMap::place_of(BytesView key) const {
    const HashedKey hashed = hash_(key);
    return {.part = (hashed.second >> 56) % parts_.size(),
            .hash = hashed.first,
            .tag = hashed.second << kOffsetBits};
}

void KeyMap::prefetch(const Place& place) const {
    const Part& part = parts_[place.part];
    __builtin_prefetch(part.slots.data() + start_of(part, place.hash));
}

// The slot of the key, or the unused one where it would stand.
std::size_t KeyMap::search(const Part& part, std::uint64_t hash, std::uint64_t tag) {
    std::size_t at = start_of(part, hash);
    while (true) {
        const Slot& slot = part.slots[at];
        if (slot.rest == 0) return at;
        if (slot.hash == hash && (slot.rest & ~kOffsetMask) == tag) return at;
        if (++at == part.slots.size()) at = 0;
    }
}

bool KeyMap::has_room(Part& part) {
    const std::size_t before = part.slots.size();
    const bool is_final = before == most_slots_of_part_;
    if (before > 0 && part.used < usable(before, is_final ? load_factor_ : kLoadWhileGrowing)) {
        return true;
    }
    if (is_final) return false;
    const std::size_t after =
        std::min(std::max(kFirstSlots, before + before / 2), most_slots_of_part_);
    Part bigger{.slots = std::vector<Slot>(after), .used = part.used};
    for (const Slot& slot : part.slots) {
        if (slot.rest == 0) continue;
        bigger.slots[search(bigger, slot.hash, slot.rest & ~kOffsetMask)] = slot;
    }
    part = std::move(bigger);
    slots_ += after - before;
    return has_room(part);
}

bool KeyMap::put(const Place& place, Offset offset) {
    if (size_ == 0) first_ = offset;
    const auto distance = static_cast<std::uint64_t>(offset - first_);
    if (distance >= kOffsetMask) return false;
    Part& part = parts_[place.part];
    if (part.slots.empty() && !has_room(part)) return false;
    std::size_t at = search(part, place.hash, place.tag);
    if (part.slots[at].rest == 0) {
        const std::size_t slots = part.slots.size();
        if (!has_room(part)) return false;
        if (part.slots.size() != slots) at = search(part, place.hash, place.tag);
        ++part.used;
        ++size_;
    }
    part.slots[at] = {place.hash, place.tag | (distance + 1)};
    return true;
}

std::optional<Offset> KeyMap::find(const Place& place) const {
    const Part& part = parts_[place.part];
    if (part.slots.empty()) return std::nullopt;
    const Slot& slot = part.slots[search(part, place.hash, place.tag)];
    if (slot.rest == 0) return std::nullopt;
    return first_ + static_cast<std::int64_t>((slot.rest & kOffsetMask) - 1);
}

}  // namespace kafka::storage
