#include "storage/producer_entry.h"

#include <algorithm>

namespace kafka::storage {

const AppendedBatch& ProducerEntry::kept(std::size_t age) const {
    if (age == 0) return newest_;
    return (*older_)[(next_older_ + older_->size() - age) % older_->size()];
}

std::optional<AppendedBatch> ProducerEntry::find(Sequence first, Sequence last) const {
    for (std::size_t age = batch_count_; age-- > 0;) {
        const AppendedBatch& batch = kept(age);
        if (batch.first_sequence() == first && batch.last_sequence == last) return batch;
    }
    return std::nullopt;
}

void ProducerEntry::add(const AppendedBatch& batch) {
    if (batch_count_ > 0) {
        if (!older_) older_ = std::make_unique<Older>();
        (*older_)[next_older_] = newest_;
        next_older_ = static_cast<std::uint8_t>((next_older_ + 1u) % older_->size());
    }
    newest_ = batch;
    batch_count_ = static_cast<std::uint8_t>(std::min(batch_count_ + std::size_t{1}, kBatchesKept));
}

void ProducerEntry::set_epoch(ProducerEpoch new_epoch) {
    if (epoch == new_epoch) return;
    epoch = new_epoch;
    newest_ = {};
    older_.reset();
    batch_count_ = 0;
    next_older_ = 0;
}

std::vector<AppendedBatch> ProducerEntry::batches() const {
    std::vector<AppendedBatch> oldest_first;
    for (std::size_t age = batch_count_; age-- > 0;) oldest_first.push_back(kept(age));
    return oldest_first;
}

}  // namespace kafka::storage
