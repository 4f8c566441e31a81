#include "storage/leader_epoch_cache.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "protocol/record_batch.h"

namespace kafka::storage {
namespace {

constexpr int kCheckpointVersion = 0;

// Takes the number at the start of `text` and the one character that must follow it.
template <class Integer>
bool take_number(std::string_view& text, char end, Integer* value) {
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    if (error != std::errc{} || at == text.data() + text.size() || *at != end) return false;
    text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
    return true;
}

Error corrupt(const char* why) {
    return {ErrorCode::CORRUPT_MESSAGE, std::string("leader-epoch-checkpoint: ") + why};
}

}  // namespace

bool LeaderEpochCache::assign(LeaderEpoch epoch, Offset start_offset) {
    CHECK(epoch.value >= 0 && start_offset.value >= 0,
          "a batch in the log has an epoch and an offset");
    if (!entries_.empty()) {
        const EpochEntry& last = entries_.back();
        if (epoch == last.epoch && start_offset >= last.start_offset) return false;
    }
    while (!entries_.empty() &&
           (entries_.back().epoch >= epoch || entries_.back().start_offset >= start_offset)) {
        entries_.pop_back();
    }
    entries_.push_back({epoch, start_offset});
    return true;
}

std::optional<EpochEntry> LeaderEpochCache::latest() const {
    return entries_.empty() ? std::nullopt : std::optional(entries_.back());
}

std::optional<EpochEntry> LeaderEpochCache::earliest() const {
    return entries_.empty() ? std::nullopt : std::optional(entries_.front());
}

EpochEnd LeaderEpochCache::end_of_epoch(LeaderEpoch requested, Offset log_end_offset) const {
    if (requested == kNoLeaderEpoch || entries_.empty()) return {};
    if (requested == entries_.back().epoch) return {requested, log_end_offset};

    const auto higher = std::ranges::upper_bound(entries_, requested, {}, &EpochEntry::epoch);
    if (higher == entries_.end()) return {};
    // Older than anything we still have: whatever it held ended before our first epoch began.
    if (higher == entries_.begin()) return {requested, higher->start_offset};
    return {std::prev(higher)->epoch, higher->start_offset};
}

bool LeaderEpochCache::truncate_from_end(Offset end_offset) {
    const std::size_t before = entries_.size();
    while (!entries_.empty() && entries_.back().start_offset >= end_offset) entries_.pop_back();
    return entries_.size() != before;
}

bool LeaderEpochCache::truncate_from_start(Offset start_offset) {
    const auto after =
        std::ranges::upper_bound(entries_, start_offset, {}, &EpochEntry::start_offset);
    if (after == entries_.begin()) return false;
    const auto covering = std::prev(after);
    if (covering == entries_.begin() && covering->start_offset == start_offset) return false;
    covering->start_offset = start_offset;
    entries_.erase(entries_.begin(), covering);
    return true;
}

std::string LeaderEpochCache::to_text() const {
    std::string text =
        std::to_string(kCheckpointVersion) + "\n" + std::to_string(entries_.size()) + "\n";
    for (const EpochEntry& entry : entries_) {
        text += std::to_string(entry.epoch.value) + " " + std::to_string(entry.start_offset.value);
        text += "\n";
    }
    return text;
}

Result<LeaderEpochCache> LeaderEpochCache::from_text(std::string_view text) {
    int version = 0;
    std::size_t count = 0;
    if (!take_number(text, '\n', &version)) return corrupt("no version");
    if (version != kCheckpointVersion) return corrupt("unknown version");
    if (!take_number(text, '\n', &count)) return corrupt("no count");

    LeaderEpochCache cache;
    for (std::size_t i = 0; i < count; ++i) {
        EpochEntry entry;
        if (!take_number(text, ' ', &entry.epoch.value) ||
            !take_number(text, '\n', &entry.start_offset.value)) {
            return corrupt("an entry is cut short or no number");
        }
        if (entry.epoch.value < 0 || entry.start_offset.value < 0) return corrupt("negative entry");
        cache.assign(entry.epoch, entry.start_offset);
    }
    if (!text.empty()) return corrupt("more entries than the count says");
    return cache;
}

}  // namespace kafka::storage
