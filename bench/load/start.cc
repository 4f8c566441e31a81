// start: executes a broker's command and tells how long it takes until that broker has
// acknowledged a record, creating the topic when it is not there. The broker is killed afterwards.
// connections: opens connections and holds them while somebody looks at the broker.
// create: makes the topic.
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "bench/load/driver.h"
#include "bench/load/options.h"
#include "bench/load/report.h"

namespace kafka::bench {
namespace {

using std::chrono::microseconds;

constexpr auto kBetweenTries = microseconds(200);
constexpr double kStartPatienceSeconds = 300;
constexpr std::int16_t kTopicAlreadyExists = 36;

pid_t execute(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid != 0) return pid;
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

std::int16_t try_to_create(const Descriptor& socket, const Options& options) {
    const Bytes frame =
        call(socket, create_topic_request(options.topic, options.partitions, options.configs));
    Reader answer(frame);
    answer.get<std::int32_t>();
    return read_created(answer);
}

bool try_to_produce(const std::string& address, BytesView request) {
    const Descriptor socket = try_dial(address);
    if (socket.get() < 0) return false;
    const Bytes frame = call(socket, request);
    Reader answer(frame);
    answer.get<std::int32_t>();
    return read_produced(answer).error_code == 0;
}

// Tries until a record is acknowledged, however the broker turns the tries down meanwhile.
void wait_for_acknowledgement(const Options& options, Clock::time_point started) {
    const PreparedBatch batch = make_batch({.batch_bytes = 1, .record_bytes = 100});
    const Bytes request = produce_request(options.topic, 0, 1, batch.bytes);
    bool created = false;
    while (seconds_between(started, Clock::now()) < kStartPatienceSeconds) {
        try {
            if (!created) {
                const Descriptor socket = try_dial(options.address);
                if (socket.get() >= 0) {
                    const std::int16_t error_code = try_to_create(socket, options);
                    created = error_code == 0 || error_code == kTopicAlreadyExists;
                }
            }
            if (created && try_to_produce(options.address, request)) return;
        } catch (const Trouble&) {
            // Not yet up, or not yet the leader.
        }
        std::this_thread::sleep_for(kBetweenTries);
    }
    throw Trouble("no record was acknowledged");
}

}  // namespace

void time_start(const Options& options) {
    if (options.command.empty()) throw Trouble("start needs the broker's command after --");
    const Clock::time_point started = Clock::now();
    const pid_t pid = execute(options.command);
    try {
        wait_for_acknowledgement(options, started);
    } catch (const Trouble&) {
        kill(pid, SIGKILL);
        throw;
    }
    Report report;
    report.add("first_ack_ms", 1e3 * seconds_between(started, Clock::now()));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    report.print();
}

void hold_connections(const Options& options) {
    const rlimit many{options.connections + 100, options.connections + 100};
    setrlimit(RLIMIT_NOFILE, &many);
    std::vector<Descriptor> held;
    for (std::size_t at = 0; at < options.connections; ++at) {
        held.push_back(dial(options.address));
        // A connection that was used, not only accepted.
        call(held.back(), list_offsets_request(options.topic, 0, kLatest));
    }
    fmt::print("{{\"connections\": {}}}\n", held.size());
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
}

void create_topic(const Options& options) {
    const Descriptor socket = dial(options.address);
    const std::int16_t error_code = try_to_create(socket, options);
    if (error_code != 0) throw Trouble("CreateTopics answers error " + std::to_string(error_code));
    for (std::int32_t partition = 0; partition < options.partitions; ++partition) {
        while (true) {
            const Bytes frame =
                call(socket, list_offsets_request(options.topic, partition, kLatest));
            Reader answer(frame);
            answer.get<std::int32_t>();
            if (read_listed_offset(answer).error_code == 0) break;
            std::this_thread::sleep_for(kBetweenTries);
        }
    }
}

void alter_topic(const Options& options) {
    const Descriptor socket = dial(options.address);
    const Bytes frame = call(socket, alter_topic_request(options.topic, options.configs));
    Reader answer(frame);
    answer.get<std::int32_t>();
    const std::int16_t error_code = read_altered(answer);
    if (error_code != 0) {
        throw Trouble("IncrementalAlterConfigs answers error " + std::to_string(error_code));
    }
}

}  // namespace kafka::bench
