// transactions: one producer that commits batch after batch, each a transaction of its own, to
// partition 0, and one reader of committed records there in a long poll. The latency is from the
// moment EndTxn was sent to the moment the reader holds the records.
#include <unistd.h>

#include <thread>

#include "bench/load/driver.h"
#include "bench/load/options.h"
#include "bench/load/report.h"
#include "bench/load/transaction_requests.h"

namespace kafka::bench {
namespace {

constexpr std::size_t kProducer = 0;
constexpr std::size_t kConsumer = 1;
constexpr double kDefaultSeconds = 5;
constexpr int kMostTries = 200;

// Errors after which a client tries again.
constexpr std::int16_t kCoordinatorLoading = 14;
constexpr std::int16_t kCoordinatorNotAvailable = 15;
constexpr std::int16_t kNotCoordinator = 16;
constexpr std::int16_t kNotEnoughReplicas = 19;
constexpr std::int16_t kConcurrentTransactions = 51;

bool is_passing(std::int16_t error_code) {
    return error_code == kCoordinatorLoading || error_code == kCoordinatorNotAvailable ||
           error_code == kNotCoordinator || error_code == kNotEnoughReplicas ||
           error_code == kConcurrentTransactions;
}

// Before anything is measured: until the answer has no error that passes.
template <class Read>
auto call_patiently(const Descriptor& socket, const Bytes& request, Read read) {
    for (int tries = 0;; ++tries) {
        const Bytes frame = call(socket, request);
        Reader answer(frame);
        answer.get<std::int32_t>();
        const auto result = read(answer);
        if (result.error_code == 0) return result;
        if (!is_passing(result.error_code) || tries == kMostTries) {
            throw Trouble("the coordinator answers error " + std::to_string(result.error_code));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

struct Found {
    std::int16_t error_code;
};

class Transactions {
  public:
    explicit Transactions(const Options& options)
        : options_(options),
          transactional_id_("bench-" + std::to_string(getpid())),
          batch_(make_batch(options.shape)),
          limits_(options.limits),
          driver_(options.address, 2),
          seconds_(options.seconds > 0 ? options.seconds : kDefaultSeconds) {
        limits_.committed_only = true;
        const Descriptor socket = dial(options.address);
        call_patiently(socket, find_coordinator_request(transactional_id_),
                       [](Reader& answer) { return Found{read_coordinator_error(answer)}; });
        producer_ =
            call_patiently(socket, init_producer_id_request(transactional_id_), read_identity)
                .producer;
        next_ = call_patiently(socket, list_offsets_request(options.topic, 0, kLatest),
                               read_listed_offset)
                    .offset;
    }

    void run() {
        started_ = due_ = Clock::now();
        const double cpu_before = cpu_seconds(options_.broker_pid);
        while (!finished() || step_ != Step::Idle || end_offset_ > next_) {
            pump();
            // Never sleeps: the time it takes to wake up is not the broker's.
            driver_.poll(Clock::duration::zero(),
                         [&](std::size_t connection, Reader& answer, double) {
                             connection == kProducer ? take_answer(answer) : take_fetched(answer);
                         });
        }
        const double commits = static_cast<double>(latencies_.size());
        Report report;
        report.add("commits", commits);
        report.add("records", static_cast<double>(batch_.records));
        report.add("commits_per_s", commits / seconds_between(started_, Clock::now()));
        report.add_latencies(latencies_);
        if (options_.broker_pid != 0) {
            const double cpu = cpu_seconds(options_.broker_pid) - cpu_before;
            report.add("cpu_us_per_commit", cpu * 1e6 / commits);
        }
        report.print();
    }

  private:
    enum class Step { Idle, Producing, Ending };

    bool finished() const { return seconds_between(started_, Clock::now()) >= seconds_; }

    void pump() {
        if (!fetching_) {
            fetching_ = true;
            driver_.send(kConsumer, fetch_request(options_.topic, 0, next_, limits_), Clock::now());
        }
        if (step_ != Step::Idle || finished() || end_offset_ > next_ || due_ > Clock::now()) return;
        if (options_.rate > 0) {
            due_ += std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double>(1 / options_.rate));
        }
        put_producer(batch_.bytes, producer_);
        produce_ = transactional_produce_request(transactional_id_, options_.topic, batch_.bytes);
        produce();
    }

    void produce() {
        step_ = Step::Producing;
        driver_.send(kProducer, produce_, Clock::now());
    }

    void commit() {
        step_ = Step::Ending;
        driver_.send(kProducer, end_txn_request(transactional_id_, producer_), Clock::now());
    }

    void take_answer(Reader& answer) {
        if (step_ == Step::Producing) {
            const Produced produced = read_transactional_produced(answer);
            if (is_passing(produced.error_code)) return produce();
            if (produced.error_code != 0) fail("Produce", produced.error_code);
            end_offset_ = produced.base_offset + batch_.records;
            committing_since_ = Clock::now();
            return commit();
        }
        const Identified ended = read_identity(answer);
        if (is_passing(ended.error_code)) return commit();
        if (ended.error_code != 0) fail("EndTxn", ended.error_code);
        producer_ = ended.producer;
        step_ = Step::Idle;
    }

    void take_fetched(Reader& answer) {
        const Fetched fetched = read_fetched(answer);
        if (fetched.error_code != 0) fail("Fetch", fetched.error_code);
        fetching_ = false;
        const bool awaited = end_offset_ > next_;
        next_ = offset_after(fetched.records, next_);
        if (!awaited || end_offset_ > next_) return;
        latencies_.push_back(static_cast<float>(seconds_between(committing_since_, Clock::now())));
    }

    static void fail(const char* what, std::int16_t error_code) {
        throw Trouble(std::string(what) + " answers error " + std::to_string(error_code));
    }

    const Options& options_;
    const std::string transactional_id_;
    PreparedBatch batch_;
    FetchLimits limits_;
    Driver driver_;
    double seconds_;
    ProducerIdentity producer_;
    Bytes produce_;
    Step step_ = Step::Idle;
    Clock::time_point started_, due_, committing_since_;
    std::int64_t end_offset_ = 0;  // after the last record that was acknowledged
    std::int64_t next_ = 0;        // the consumer's
    bool fetching_ = false;
    std::vector<float> latencies_;  // from commit to visible
};

}  // namespace

void transactions(const Options& options) { Transactions(options).run(); }

}  // namespace kafka::bench
