// produce: prebuilt batches round the partitions, as fast as the broker takes them or at a rate.
#include <cstdio>

#include "bench/load/driver.h"
#include "bench/load/options.h"
#include "bench/load/report.h"

namespace kafka::bench {
namespace {

constexpr std::size_t kMostUnsent = 4 << 20;

class ProduceLoad {
  public:
    explicit ProduceLoad(const Options& options)
        : options_(options),
          batch_(make_batch(options.shape)),
          driver_(options.address, options.connections),
          next_(options.connections),
          next_key_(static_cast<std::size_t>(options.partitions)) {
        for (std::int32_t partition = 0; partition < options.partitions; ++partition) {
            requests_.push_back(
                produce_request(options.topic, partition, options.acks, batch_.bytes));
        }
        for (std::size_t at = 0; at < next_.size(); ++at) next_[at] = at;
    }

    void run() {
        if (options_.rate > 0) be_on_time();
        const double cpu_before = cpu_seconds(options_.broker_pid);
        started_ = last_ = due_ = Clock::now();
        do {
            pump();
            const Clock::duration pause =
                options_.rate > 0 ? due_ - Clock::now() : std::chrono::seconds(1);
            driver_.poll(
                pause, [&](std::size_t, Reader& answer, double latency) { take(answer, latency); });
        } while (!finished() || driver_.waiting() > 0 || unsent());
        report(cpu_seconds(options_.broker_pid) - cpu_before);
    }

  private:
    bool finished() const {
        if (options_.seconds > 0)
            return seconds_between(started_, Clock::now()) >= options_.seconds;
        return sent_bytes_ >= options_.bytes;
    }

    bool unsent() const {
        for (std::size_t at = 0; at < driver_.connections(); ++at) {
            if (driver_.unsent(at) > 0) return true;
        }
        return false;
    }

    void pump() {
        if (options_.rate > 0) {
            const auto gap = std::chrono::duration_cast<Clock::duration>(
                std::chrono::duration<double>(1 / options_.rate));
            for (; due_ <= Clock::now() && !finished(); due_ += gap) {
                send(turn_++ % driver_.connections(), due_);
            }
            return;
        }
        for (std::size_t at = 0; at < driver_.connections(); ++at) {
            while (!finished() && driver_.waiting(at) < options_.in_flight &&
                   driver_.unsent(at) < kMostUnsent) {
                send(at, Clock::now());
            }
        }
    }

    // A connection has partitions of its own while there are enough of them.
    void send(std::size_t connection, Clock::time_point due) {
        const std::size_t partition = next_[connection] % requests_.size();
        next_[connection] += driver_.connections();
        const bool answered = options_.acks != 0;
        if (options_.shape.keys > 0) {
            const MutableBytes request = requests_[partition];
            put_keys(request.last(batch_.bytes.size()), batch_, options_.shape.keys,
                     next_key_[partition]);
        }
        driver_.send(connection, requests_[partition], due, answered);
        sent_bytes_ += static_cast<double>(batch_.bytes.size());
        ++requests_sent_;
    }

    void take(Reader& answer, double latency) {
        const Produced produced = read_produced(answer);
        if (produced.error_code != 0) {
            throw Trouble("Produce answers error " + std::to_string(produced.error_code));
        }
        latencies_.push_back(static_cast<float>(latency));
        last_ = Clock::now();
    }

    void report(double cpu) const {
        const double seconds = seconds_between(started_, last_);
        const double gigabytes = sent_bytes_ / 1e9;
        const auto count = static_cast<double>(requests_sent_);
        Report report;
        report.add("gigabytes", gigabytes);
        report.add("seconds", seconds);
        report.add("megabytes_per_s", gigabytes * 1e3 / seconds);
        report.add("requests_per_s", count / seconds);
        report.add("records_per_s", count * batch_.records / seconds);
        report.add_latencies(latencies_);
        if (options_.broker_pid != 0) {
            report.add("cpu_s_per_gb", cpu / gigabytes);
            report.add("cpu_us_per_request", cpu * 1e6 / count);
        }
        report.print();
    }

    const Options& options_;
    PreparedBatch batch_;
    std::vector<Bytes> requests_;  // by partition
    Driver driver_;
    std::vector<std::size_t> next_;        // by connection, the partition it writes next
    std::vector<std::uint64_t> next_key_;  // by partition
    Clock::time_point started_, last_, due_;
    std::size_t turn_ = 0;
    double sent_bytes_ = 0;
    std::size_t requests_sent_ = 0;
    std::vector<float> latencies_;
};

}  // namespace

void produce(const Options& options) { ProduceLoad(options).run(); }

}  // namespace kafka::bench
