// Which transactions were aborted, asked batch by batch as compaction walks over a log. Aborted
// records go at once; the marker of a transaction may go when none of its batches is left, since
// until then a reader needs it. One for each walk, on its thread.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "protocol/record_batch.h"
#include "storage/transaction_index.h"

namespace kafka::storage {

class TransactionFates {
  public:
    // The aborted transactions that reach into what is walked over, in any order.
    explicit TransactionFates(std::vector<AbortedTransaction> aborted);

    // A batch that is no control batch; true when its transaction was aborted.
    bool is_aborted(const RecordBatchView& batch);

    struct Marker {
        bool is_needed = true;  // a batch of its transaction was met, or it is no marker
        // What the index of the cleaned segment must still say.
        std::optional<AbortedTransaction> to_index;
    };
    Marker marker(const RecordBatchView& control_batch);
    // A batch was met whose transaction is decided by a marker that is still to come.
    bool awaits_markers() const;

  private:
    struct Aborted {
        AbortedTransaction transaction;
        bool batch_met = false;
    };

    void advance_to(Offset offset);

    std::vector<AbortedTransaction> to_come_;  // the one that begins first is the last
    std::unordered_map<ProducerId, Aborted> aborted_;
    std::unordered_set<ProducerId> committed_;  // whose batches were met
};

}  // namespace kafka::storage
