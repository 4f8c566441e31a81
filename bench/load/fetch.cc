// fetch: reads every partition from its start to the end it had when the reading began.
#include "bench/load/driver.h"
#include "bench/load/options.h"
#include "bench/load/report.h"

namespace kafka::bench {
namespace {

std::int64_t list_offset(const Descriptor& socket, const Options& options, std::int32_t partition,
                         std::int64_t timestamp) {
    const Bytes frame = call(socket, list_offsets_request(options.topic, partition, timestamp));
    Reader answer(frame);
    answer.get<std::int32_t>();
    const ListedOffset listed = read_listed_offset(answer);
    if (listed.error_code != 0) {
        throw Trouble("ListOffsets answers error " + std::to_string(listed.error_code));
    }
    return listed.offset;
}

struct Position {
    std::int64_t next;
    std::int64_t end;
    bool busy = false;
};

class FetchLoad {
  public:
    explicit FetchLoad(const Options& options)
        : options_(options), driver_(options.address, options.connections) {
        const Descriptor socket = dial(options.address);
        for (std::int32_t partition = 0; partition < options.partitions; ++partition) {
            positions_.push_back({list_offset(socket, options, partition, kEarliest),
                                  list_offset(socket, options, partition, kLatest)});
        }
    }

    void run() {
        const double cpu_before = cpu_seconds(options_.broker_pid);
        const Clock::time_point started = Clock::now();
        for (pump(); driver_.waiting() > 0; pump()) {
            driver_.poll(std::chrono::seconds(1), [&](std::size_t, Reader& answer, double latency) {
                take(answer, latency);
            });
        }
        const double cpu = cpu_seconds(options_.broker_pid) - cpu_before;

        const double seconds = seconds_between(started, Clock::now());
        Report report;
        report.add("gigabytes", bytes_ / 1e9);
        report.add("seconds", seconds);
        report.add("megabytes_per_s", bytes_ / 1e6 / seconds);
        report.add_latencies(latencies_);
        if (options_.broker_pid != 0) report.add("cpu_s_per_gb", cpu / (bytes_ / 1e9));
        report.print();
    }

  private:
    // One request of a partition at a time; a connection reads partitions of its own.
    void pump() {
        for (std::size_t at = 0; at < positions_.size(); ++at) {
            Position& position = positions_[at];
            const std::size_t connection = at % driver_.connections();
            if (position.busy || position.next >= position.end) continue;
            if (driver_.waiting(connection) >= options_.in_flight) continue;
            position.busy = true;
            const Bytes request = fetch_request(options_.topic, static_cast<std::int32_t>(at),
                                                position.next, options_.limits);
            driver_.send(connection, request, Clock::now());
        }
    }

    void take(Reader& answer, double latency) {
        const Fetched fetched = read_fetched(answer);
        if (fetched.error_code != 0 || fetched.partition < 0) {
            throw Trouble("Fetch answers error " + std::to_string(fetched.error_code));
        }
        Position& position = positions_[static_cast<std::size_t>(fetched.partition)];
        position.busy = false;
        position.next = offset_after(fetched.records, position.next);
        bytes_ += static_cast<double>(fetched.records.size());
        latencies_.push_back(static_cast<float>(latency));
    }

    const Options& options_;
    Driver driver_;
    std::vector<Position> positions_;  // by partition
    double bytes_ = 0;
    std::vector<float> latencies_;
};

}  // namespace

void fetch(const Options& options) { FetchLoad(options).run(); }

}  // namespace kafka::bench
