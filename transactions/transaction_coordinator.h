// All transactional ids of one partition of `__transaction_state`: finds the id of a request, lets
// the decision be made, and keeps the deadlines. A pure state machine: whoever owns it writes the
// records of each Effects to the log, calls replay() with them and, when they are committed, sends
// the markers. On loading, replay() and loaded() make the same state again.
//
// Lives on the shard that owns the partition. Authorization, and whether partitions exist, are the
// caller's to check.
#pragma once

#include <functional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/gen/describe_transactions.h"
#include "protocol/gen/end_txn.h"
#include "protocol/gen/init_producer_id.h"
#include "transactions/decisions.h"
#include "transactions/effects.h"
#include "transactions/list_filter.h"

namespace kafka::transactions {

// A producer wants to write to partitions in its transaction.
struct PartitionsToAdd {
    std::string transactional_id;
    Producer producer;
    PartitionSet partitions{};
    std::int16_t client_version = 0;  // of transactions
};

struct Verified {
    ErrorCode error = ErrorCode::NONE;  // of the producer; then nothing is known of the partitions
    PartitionSet missing{};             // asked for, and not in the transaction
};

class TransactionCoordinator {
  public:
    // What coordinator::Runtime calls them.
    using Record = transactions::Record;
    using Effects = transactions::Effects;
    using Reply = MarkersToWrite;
    using Context = transactions::Context;
    static coordinator::LogRecord encode(const Record& record) {
        return transactions::encode(record);
    }
    static Result<std::optional<Record>> decode(BytesView key, std::optional<BytesView> value) {
        return transactions::decode(key, value);
    }

    // --- requests
    // Versions are those of the request: what it may be answered depends on them.
    Answered<InitProducerIdResponse> init_producer_id(const InitProducerIdRequest& request,
                                                      std::int16_t version, const Context& context);
    Answered<Verified> add_partitions(const PartitionsToAdd& request, const Context& context);
    // Adds nothing.
    Verified verify_partitions(const PartitionsToAdd& request) const;
    Answered<EndTxnResponse> end_transaction(const EndTxnRequest& request, std::int16_t version,
                                             const Context& context);

    // --- markers
    // They are in all their partitions; or only in some, and those named are to be tried again.
    Effects markers_written(const MarkersToWrite& markers, const Context& context);
    void markers_failed(const MarkersToWrite& markers, PartitionSet unmarked,
                        const Context& context);

    // --- administration
    DescribeTransactionsResponse::TransactionState describe(const std::string& id) const;
    void list(const ListFilter& filter, TimestampMs now,
              std::vector<ListTransactionsResponse::TransactionState>& out) const;

    // --- replay
    void replay(const Record& record, Offset at, const std::optional<Producer>& producer);
    // Nothing in this log is part of a transaction itself.
    void end_transaction(ProducerId, bool) {}
    // Once, after the log was replayed: what is decided is to be completed.
    Effects loaded(const Context& context);

    // --- time
    SteadyMs next_deadline() const;
    // One id, or one step of the look for expired ones. To be called until the next deadline lies
    // in the future.
    Effects on_time(const Context& context);

    std::size_t size() const { return transactions_.size(); }
    const Transaction* find(std::string_view id) const;
    // Everything that a replay of the log would give.
    bool same_hard_state(const TransactionCoordinator& other) const;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Transactions = std::unordered_map<std::string, Transaction, Hash, std::equal_to<>>;
    using Wake = std::pair<SteadyMs, std::string>;

    Transaction* lookup(std::string_view id);
    // Those markers, of this very transaction, are still waited for.
    Transaction* awaiting(const MarkersToWrite& markers);
    // Takes over the decision's soft state, and makes effects of the rest.
    Effects effects_of(const std::string& id, Decision decision, const Context& context);
    void schedule(const std::string& id, Transaction& transaction, SteadyMs when);
    Effects look_at(const std::string& id, Transaction& transaction, const Context& context);
    Effects expire(const Context& context);

    Transactions transactions_;
    // Earliest first. An id is in here once for `scheduled_at`; older entries are ignored.
    std::priority_queue<Wake, std::vector<Wake>, std::greater<>> wakes_;
    SteadyMs next_expiration_check_ = kNever;
    std::vector<std::string> expiration_todo_;  // ids that the check has yet to look at
};

}  // namespace kafka::transactions
