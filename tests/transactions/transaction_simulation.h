// A coordinator, its log, and partitions that producers write to in transactions, on a file system
// in memory that dies at a chosen step. Everything is real but the sockets: runtime, machine,
// partitions, verification before the first write. Whoever dies is started again; answers get
// lost; producers send again what was not answered, or begin anew with InitProducerId.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "coordinator/runtime.h"
#include "storage/memory_file_system.h"
#include "storage/partition.h"
#include "transactions/transaction_coordinator.h"

namespace kafka::transactions {

// What is known of a transaction from outside.
struct Outcome {
    enum class Must { BeVisible, BeHidden, BeEither };

    Must must = Must::BeHidden;
    int records = 0;  // that were acknowledged
};

class TransactionSimulation final : coordinator::Outbox<MarkersToWrite> {
  public:
    explicit TransactionSimulation(std::uint64_t seed);
    ~TransactionSimulation() override;

    // Lets producers do something `events` times; the process dies in its `step`-th change.
    void run(int events, int die_at_step);
    // Ends everything that can end: markers are written, what is open is timed out.
    void settle();
    int steps() const { return files_.steps(); }

    // --- what is left
    const std::map<std::string, Outcome>& outcomes() const { return outcomes_; }
    // Of each transaction, by its name: how many of its records a reader of committed ones sees.
    std::map<std::string, int> visible_records() const;
    bool everything_is_stable() const;
    bool replay_gives_the_same() const;
    int fenced_writes_taken() const { return fenced_writes_taken_; }

  private:
    static constexpr int kDataPartitions = 2;
    static constexpr int kCoordinatorLog = kDataPartitions;
    using Runtime = coordinator::Runtime<TransactionCoordinator>;

    struct Client {
        std::string id;
        bool v2;
        std::optional<Producer> own{};
        std::optional<Producer> before{};  // fenced since
        std::map<int, std::int32_t> sequences{};
        std::string transaction{};  // its name; empty when none is open
        int transactions = 0;
        // What was not answered, and is to be sent again: a record to a partition, or EndTxn.
        std::optional<int> writing{};
        std::optional<bool> committing{};
    };

    void send(MarkersToWrite markers) override { markers_.push_back(std::move(markers)); }
    void fail_all(ErrorCode) override {}
    void wants_loading() override {}

    Context context() { return {now_, config_, new_ids_}; }
    void start();
    void restart();
    void act(Client& client);
    void init(Client& client);
    void write(Client& client);
    void end(Client& client);
    void give_up(Client& client);
    void write_as_fenced(Client& client);
    ErrorCode append(const Producer& who, const std::string& id, bool v2, int partition,
                     std::int32_t sequence, const std::string& transaction);
    // Does the client not hear the answer?
    bool is_lost() { return files_.is_dead() || chance_() % 8 == 0; }
    void write_some_marker();
    void time_passes(std::int64_t ms);
    template <class R>
    R decide(Answered<R> answered) {
        runtime_->carry_out(std::move(answered.effects), context());
        return std::move(answered.response);
    }

    std::mt19937_64 chance_;
    storage::MemoryFileSystem files_;
    TransactionConfig config_;
    ProducerIdReserve new_ids_;
    Now now_{TimestampMs{1'700'000'000'000}, SteadyMs{1'000'000}};
    std::int32_t lives_ = 0;
    std::vector<std::unique_ptr<storage::Partition>> partitions_;
    std::unique_ptr<Runtime> runtime_;
    std::deque<MarkersToWrite> markers_;
    std::vector<Client> clients_;
    std::map<std::string, Outcome> outcomes_;
    int fenced_writes_taken_ = 0;
};

}  // namespace kafka::transactions
