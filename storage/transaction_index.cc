#include "storage/transaction_index.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kafka::storage {
namespace {

constexpr std::int16_t kVersion = 0;
constexpr std::size_t kMarkerAt = 18;
constexpr std::size_t kEntriesPerRead = 120;  // a page

Result<AbortedTransaction> decode(const std::uint8_t* entry) {
    const auto version = load_be<std::int16_t>(entry);
    if (version != kVersion) {
        return Error{ErrorCode::CORRUPT_MESSAGE,
                     "an entry of a transaction index has version " + std::to_string(version)};
    }
    return AbortedTransaction{.producer_id = {load_be<std::int64_t>(entry + 2)},
                              .first_offset = {load_be<std::int64_t>(entry + 10)},
                              .last_offset = {load_be<std::int64_t>(entry + kMarkerAt)},
                              .last_stable_offset = {load_be<std::int64_t>(entry + 26)}};
}

}  // namespace

TransactionIndex::TransactionIndex(FileSystem& files, std::string path)
    : entries_(files, std::move(path), kEntryBytes) {}

Result<Done> TransactionIndex::load() {
    if (auto done = entries_.load(); !done) return done;
    newest_marker_ = Offset{-1};
    if (count() == 0) return Done{};
    auto newest = at(count() - 1);
    if (!newest) return newest.error();
    newest_marker_ = newest->last_offset;
    return Done{};
}

Result<AbortedTransaction> TransactionIndex::at(std::size_t i) const {
    std::uint8_t entry[kEntryBytes];
    if (auto done = entries_.read(i, entry); !done) return done.error();
    return decode(entry);
}

Result<Done> TransactionIndex::append(const AbortedTransaction& transaction) {
    if (transaction.last_offset <= newest_marker_) return Done{};
    std::uint8_t entry[kEntryBytes];
    store_be(entry, kVersion);
    store_be(entry + 2, transaction.producer_id.value);
    store_be(entry + 10, transaction.first_offset.value);
    store_be(entry + kMarkerAt, transaction.last_offset.value);
    store_be(entry + 26, transaction.last_stable_offset.value);
    entries_.append(entry);
    newest_marker_ = transaction.last_offset;
    return write();
}

Result<bool> TransactionIndex::collect(Offset from, Offset end,
                                       std::vector<AbortedTransaction>& into) const {
    if (newest_marker_ < from) return false;
    auto first = entries_.partition_point([&](const std::uint8_t* entry) {
        return load_be<std::int64_t>(entry + kMarkerAt) < from.value;
    });
    if (!first) return first.error();
    Bytes block;
    for (std::size_t next = *first; next < count(); next += kEntriesPerRead) {
        block.resize(std::min(kEntriesPerRead, count() - next) * kEntryBytes);
        if (auto done = entries_.read(next, block); !done) return done.error();
        for (std::size_t at = 0; at < block.size(); at += kEntryBytes) {
            auto transaction = decode(block.data() + at);
            if (!transaction) return transaction.error();
            if (transaction->first_offset < end) into.push_back(*transaction);
            if (transaction->last_stable_offset >= end) return true;
        }
    }
    return false;
}

Result<Done> TransactionIndex::truncate_to(Offset end) {
    if (newest_marker_ < end) return Done{};
    auto keep = entries_.partition_point([&](const std::uint8_t* entry) {
        return load_be<std::int64_t>(entry + kMarkerAt) < end.value;
    });
    if (!keep) return keep.error();
    if (auto done = entries_.truncate(*keep); !done) return done;
    newest_marker_ = Offset{-1};
    if (*keep == 0) return Done{};
    auto newest = at(*keep - 1);
    if (!newest) return newest.error();
    newest_marker_ = newest->last_offset;
    return Done{};
}

Result<Done> TransactionIndex::clear() {
    if (auto done = entries_.load(); !done) return done;
    newest_marker_ = Offset{-1};
    return entries_.truncate(0);
}

}  // namespace kafka::storage
