// What compaction leaves of a batch. A record stays when it is the latest of its key, unless it is
// a tombstone whose time has come; what a transaction that was aborted wrote goes. A batch of which
// everything stays is copied byte for byte; one that loses records keeps its offsets, producer and
// sequence; and where only those are still needed, its header stays alone. Bytes in, bytes out; for
// one compaction, on its thread.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "protocol/error.h"
#include "protocol/record.h"
#include "protocol/record_batch.h"
#include "storage/compaction/key_map.h"
#include "storage/compaction/transaction_fates.h"

namespace kafka::storage {

// What must be kept of a producer that is still remembered.
struct LastOfProducer {
    ProducerEpoch epoch = kNoProducerEpoch;
    Offset last_offset{-1};  // of its last batch with records; -1: only its epoch is known
};
using LastOfProducers = std::unordered_map<ProducerId, LastOfProducer>;

struct CleaningRules {
    const KeyMap& keys;
    Offset keys_end;  // records from here on are not in the map, and stay
    const LastOfProducers& producers;
    TimestampMs now;
    std::int64_t delete_retention_ms = 0;
};

class BatchCleaner {
  public:
    enum class Outcome { Unchanged, Changed, Dropped };

    // Both must outlive it.
    BatchCleaner(const CleaningRules& rules, TransactionFates& transactions)
        : rules_(rules), transactions_(transactions) {}

    // Appends what is left of the whole `batch` to `out`: at least a header with `keep_header`.
    // Batches come in the order of the log. CORRUPT_MESSAGE when it cannot be read.
    Result<Outcome> clean(const RecordBatchView& batch, bool keep_header, Bytes& out);
    // Aborted transactions of which something was left since the last call.
    std::vector<AbortedTransaction> take_aborted();

  private:
    struct Kept {
        BytesView whole;
        BytesView content;
        std::int64_t timestamp_delta_ms;
        std::int32_t offset_delta;
    };
    // What is decided about a batch before its records are looked at.
    struct Verdict {
        bool discard_records = false;
        bool keep_header = false;
        bool starts_horizon = false;  // the marker may go once readers had time to see it
    };

    Verdict judge(const RecordBatchView& batch, bool keep_header);
    bool is_last_of_producer(const RecordBatchView& batch) const;
    struct Ahead {
        RecordView record;
        BytesView whole;
        std::optional<KeyMap::Place> place;  // of its key, if the map has to be asked
    };
    bool read_ahead(const RecordBatchView& batch, BytesView& rest, Ahead& ahead) const;
    bool stays(const RecordBatchView& batch, const Ahead& ahead) const;
    Result<BytesView> unpack(const RecordBatchView& batch);
    bool horizon_exists() const;
    Result<Done> sort_out(const RecordBatchView& batch);
    void rewrite(const RecordBatchView& batch, bool starts_horizon, Bytes& out);
    void keep_only_header(const RecordBatchView& batch, Bytes& out);

    const CleaningRules& rules_;
    TransactionFates& transactions_;
    std::vector<AbortedTransaction> aborted_;
    // Of the batch in work; members so that their memory is used again.
    std::vector<Kept> kept_;
    bool kept_all_ = false;
    bool kept_tombstone_ = false;
    Bytes unpacked_;
    Bytes records_;
    Bytes rebuilt_;
};

}  // namespace kafka::storage
