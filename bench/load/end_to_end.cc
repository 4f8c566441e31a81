// e2e: one producer at a steady rate and one consumer in a long poll, on partition 0. The latency
// is from the moment a record was due to be sent to the moment the consumer holds it.
#include <deque>

#include "bench/load/driver.h"
#include "bench/load/options.h"
#include "bench/load/report.h"

namespace kafka::bench {
namespace {

constexpr std::size_t kProducer = 0;
constexpr std::size_t kConsumer = 1;
constexpr double kDefaultRate = 1000;
constexpr double kDefaultSeconds = 5;

struct Sent {
    std::int64_t end_offset;
    Clock::time_point due;
};

class EndToEnd {
  public:
    explicit EndToEnd(const Options& options)
        : options_(options),
          batch_(make_batch(options.shape)),
          request_(produce_request(options.topic, 0, options.acks, batch_.bytes)),
          driver_(options.address, 2),
          rate_(options.rate > 0 ? options.rate : kDefaultRate),
          seconds_(options.seconds > 0 ? options.seconds : kDefaultSeconds) {
        const Descriptor socket = dial(options.address);
        const Bytes frame = call(socket, list_offsets_request(options.topic, 0, kLatest));
        Reader answer(frame);
        answer.get<std::int32_t>();
        const ListedOffset end = read_listed_offset(answer);
        if (end.error_code != 0) {
            throw Trouble("ListOffsets answers error " + std::to_string(end.error_code));
        }
        end_offset_ = next_ = end.offset;
    }

    void run() {
        started_ = due_ = Clock::now();
        const double cpu_before = cpu_seconds(options_.broker_pid);
        while (!finished() || !sent_.empty()) {
            pump();
            // Never sleeps: the time it takes to wake up is not the broker's.
            driver_.poll(Clock::duration::zero(),
                         [&](std::size_t connection, Reader& answer, double) {
                             connection == kProducer ? take_produced(answer) : take_fetched(answer);
                         });
        }
        Report report;
        report.add("records", static_cast<double>(latencies_.size()));
        report.add_latencies(latencies_);
        if (options_.broker_pid != 0) {
            const double cpu = cpu_seconds(options_.broker_pid) - cpu_before;
            report.add("cpu_us_per_request", cpu * 1e6 / static_cast<double>(latencies_.size()));
        }
        report.print();
    }

  private:
    bool finished() const { return seconds_between(started_, Clock::now()) >= seconds_; }

    void pump() {
        if (!fetching_) {
            fetching_ = true;
            driver_.send(kConsumer, fetch_request(options_.topic, 0, next_, options_.limits),
                         Clock::now());
        }
        const auto gap =
            std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1 / rate_));
        for (; due_ <= Clock::now() && !finished(); due_ += gap) {
            end_offset_ += batch_.records;
            sent_.push_back({end_offset_, due_});
            driver_.send(kProducer, request_, due_);
        }
    }

    static void take_produced(Reader& answer) {
        const Produced produced = read_produced(answer);
        if (produced.error_code != 0) {
            throw Trouble("Produce answers error " + std::to_string(produced.error_code));
        }
    }

    void take_fetched(Reader& answer) {
        const Fetched fetched = read_fetched(answer);
        if (fetched.error_code != 0) {
            throw Trouble("Fetch answers error " + std::to_string(fetched.error_code));
        }
        fetching_ = false;
        next_ = offset_after(fetched.records, next_);
        const Clock::time_point now = Clock::now();
        for (; !sent_.empty() && sent_.front().end_offset <= next_; sent_.pop_front()) {
            latencies_.push_back(static_cast<float>(seconds_between(sent_.front().due, now)));
        }
    }

    const Options& options_;
    PreparedBatch batch_;
    Bytes request_;
    Driver driver_;
    double rate_;
    double seconds_;
    Clock::time_point started_, due_;
    std::int64_t end_offset_ = 0;  // after the last record sent
    std::int64_t next_ = 0;        // the consumer's
    bool fetching_ = false;
    std::deque<Sent> sent_;  // not yet fetched
    std::vector<float> latencies_;
};

}  // namespace

void end_to_end(const Options& options) { EndToEnd(options).run(); }

}  // namespace kafka::bench
