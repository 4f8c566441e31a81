// The transaction index of a segment: made when there is something to put into it.
#include "storage/file_names.h"
#include "storage/segment.h"

namespace kafka::storage {

void Segment::expect_transaction_index() {
    transaction_index_ = std::make_unique<TransactionIndex>(files_, path(kTransactionIndexSuffix));
    transaction_index_loaded_ = false;
}

Result<Done> Segment::load_transaction_index() const {
    if (!transaction_index_ || transaction_index_loaded_) return Done{};
    auto done = transaction_index_->load();
    transaction_index_loaded_ = done.ok();
    return done;
}

Result<Done> Segment::append_aborted(const AbortedTransaction& transaction) {
    if (!transaction_index_) {
        expect_transaction_index();
        transaction_index_loaded_ = true;
    }
    if (auto done = load_transaction_index(); !done) return done;
    return transaction_index_->append(transaction);
}

Result<Done> Segment::write_transaction_index() {
    return transaction_index_ ? transaction_index_->write() : Done{};
}

Result<Done> Segment::seal_transaction_index() {
    if (!transaction_index_) return Done{};
    if (auto done = load_transaction_index(); !done) return done;
    return transaction_index_->seal();
}

Result<Done> Segment::truncate_transaction_index(Offset end) {
    if (!transaction_index_) return Done{};
    if (auto done = load_transaction_index(); !done) return done;
    return transaction_index_->truncate_to(end);
}

Result<Done> Segment::clear_transaction_index() {
    if (!transaction_index_) return Done{};
    transaction_index_loaded_ = true;
    return transaction_index_->clear();
}

Result<bool> Segment::collect_aborted(Offset from, Offset end,
                                      std::vector<AbortedTransaction>& into) const {
    if (!transaction_index_) return false;
    if (auto done = load_transaction_index(); !done) return done.error();
    return transaction_index_->collect(from, end, into);
}

Result<std::optional<Offset>> Segment::upper_bound(std::uint32_t position) const {
    if (position >= size_) return std::optional<Offset>();
    if (auto done = load_indexes(); !done) return done.error();
    auto entry = offset_index_.ceiling_position(position);
    if (!entry) return entry.error();
    return *entry ? std::optional((*entry)->last_offset) : std::nullopt;
}

}  // namespace kafka::storage
