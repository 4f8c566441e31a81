// What a partition remembers of its producers: the last batches of each (so that a retry is
// answered, not appended twice), their epochs, and the transactions that are open or not yet
// replicated, from which the last stable offset follows (KIP-98, KIP-890). One per partition, on
// the partition's shard.
//
// It is a replay of the log: check() decides about a batch that is to be appended, apply() takes in
// a batch that was appended, and recovery applies what follows the newest snapshot. No clock and no
// files: times are arguments, and the bytes of a `.snapshot` file are the caller's to write.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "protocol/error.h"
#include "protocol/record_batch.h"
#include "storage/append_origin.h"
#include "storage/producer_entry.h"

namespace kafka::storage {

// A transaction whose marker has been applied: an aborted one goes to the transaction index, with
// last_stable_offset().
struct CompletedTransaction {
    ProducerId producer_id;
    Offset first_offset;
    Offset last_offset;  // of the marker
    bool aborted = false;

    bool operator==(const CompletedTransaction&) const = default;
};

// Stands for one verification of a transactional producer with its coordinator (KIP-890). A batch
// that opens a transaction here must show the guard that its verification began with, so that an
// answer that came late cannot open a transaction that has ended since.
using VerificationGuard = std::uint64_t;
inline constexpr VerificationGuard kNoVerification = 0;

struct AppendContext {
    AppendOrigin origin = AppendOrigin::Client;
    VerificationGuard guard = kNoVerification;
    // Off while transaction.partition.verification.enable is false.
    bool verification_needed = false;
    // Of the request that brings a marker: from 2 on its epoch must be above the producer's
    // (KIP-1228).
    std::int16_t transaction_version = 0;
};

class ProducerState {
  public:
    // May this batch be appended? Its base offset must be set already. The answer is nothing for
    // yes; where a retry's batch stands for a duplicate; INVALID_PRODUCER_EPOCH,
    // OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_TXN_STATE or TRANSACTION_COORDINATOR_FENCED for no.
    // Batches without a producer id may always be appended.
    Result<std::optional<AppendedBatch>> check(const RecordBatchView& batch,
                                               const AppendContext& context) const;

    // Takes in a batch that is in the log. Returns the transaction that it ended, if any; then, in
    // this order, ask last_stable_offset_after() for the transaction index, and complete().
    std::optional<CompletedTransaction> apply(const RecordBatchView& batch);
    void complete(const CompletedTransaction& transaction);

    // Before the first batch of a transaction is appended. kNoVerification when the producer's
    // transaction is open here already and none is needed; INVALID_PRODUCER_EPOCH for an old epoch.
    Result<VerificationGuard> start_verification(ProducerId id, ProducerEpoch epoch,
                                                 Sequence base_sequence, bool supports_epoch_bump,
                                                 TimestampMs now);

    // The first offset that a reader of committed records may not pass: of a transaction that is
    // open, or whose marker is not yet below the high watermark. Nothing when every record is
    // decided.
    std::optional<Offset> first_unstable_offset() const;
    // The first offset of an open transaction.
    std::optional<Offset> first_undecided_offset() const;
    struct OpenTransaction {
        ProducerId producer_id;
        Offset first_offset;
    };
    std::vector<OpenTransaction> open_transactions() const;
    // It turns out to have ended: compaction has removed all of it, the marker too.
    void forget_transaction(const OpenTransaction& transaction);
    // What the last stable offset will be once `transaction` is complete and replicated.
    Offset last_stable_offset_after(const CompletedTransaction& transaction) const;
    void on_high_watermark(Offset high_watermark);
    void on_log_start_offset(Offset log_start_offset);

    bool has_open_transaction(ProducerId id, ProducerEpoch epoch) const;
    const ProducerEntry* find(ProducerId id) const;
    const std::unordered_map<ProducerId, ProducerEntry>& producers() const { return producers_; }
    bool empty() const { return producers_.empty() && unreplicated_.empty(); }

    // Forgets producers that wrote nothing for `expiration_ms` and have no open transaction, as
    // producer.id.expiration.ms asks.
    void expire(TimestampMs now, std::int64_t expiration_ms);
    void clear();

    // The log end offset up to which batches have been applied; a snapshot is named after it.
    Offset end_offset() const { return end_offset_; }
    void set_end_offset(Offset offset) { end_offset_ = offset; }

    // A `.snapshot` file. Loading replaces everything but the end offset, leaves out the expired,
    // and fails with CORRUPT_MESSAGE, changing nothing.
    Bytes to_snapshot() const;
    // A snapshot remembers one batch of each producer. Who remembers more gives it back with this,
    // oldest first; nothing happens when the newest is not the snapshot's.
    void restore_batches(ProducerId id, const std::vector<AppendedBatch>& batches);
    Result<Done> load_snapshot(BytesView file, TimestampMs now, std::int64_t expiration_ms);

  private:
    struct Verification {
        VerificationGuard guard = kNoVerification;
        TimestampMs started;
        ProducerEpoch epoch;
        Sequence lowest_sequence;
        bool supports_epoch_bump = false;
    };

    std::optional<Error> check_data(const RecordBatchView& batch,
                                    const AppendContext& context) const;
    std::optional<Error> check_verified(const RecordBatchView& batch,
                                        const AppendContext& context) const;
    std::optional<Error> check_sequence(const RecordBatchView& batch) const;
    std::optional<Error> check_marker(const RecordBatchView& batch,
                                      const AppendContext& context) const;

    std::optional<CompletedTransaction> apply_marker(const RecordBatchView& batch);
    static bool has_expired(const ProducerEntry& entry, TimestampMs now,
                            std::int64_t expiration_ms) {
        return !entry.has_open_transaction() &&
               wrapping_subtract(now.value, entry.last_timestamp.value) >= expiration_ms;
    }

    std::unordered_map<ProducerId, ProducerEntry> producers_;
    std::unordered_map<ProducerId, Verification> verifications_;
    std::map<Offset, ProducerId> open_;      // by first offset
    std::map<Offset, Offset> unreplicated_;  // first offset → offset of the marker
    Offset end_offset_{0};
    VerificationGuard last_guard_ = kNoVerification;
};

}  // namespace kafka::storage
