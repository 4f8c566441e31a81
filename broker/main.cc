// barnabas: the process. Reads its configuration, runs the broker until SIGTERM or SIGINT.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>

#include "base/clock.h"
#include "base/log.h"
#include "broker/broker.h"
#include "broker/config_sources.h"
#include "console/console.h"
#include "storage/posix_file_system.h"

namespace kafka::broker {
namespace {

using std::chrono::steady_clock;

struct Options {
    std::string config_file;
    std::vector<std::string> assignments;
    std::string data_directory;
    std::string log_level = "info";
    std::size_t shards = 0;
};

void describe(CLI::App& app, Options& options) {
    app.set_version_flag("--version", "barnabas " BARNABAS_VERSION);
    app.add_option("--config", options.config_file,
                   "A file with the keys of Kafka's server.properties")
        ->type_name("FILE");
    app.add_option("--set", options.assignments,
                   "Sets one key; stronger than KAFKA_* in the environment, which is stronger than "
                   "the file")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    app.add_option("--data", options.data_directory, "Where the data lies, as log.dirs says it")
        ->type_name("DIR");
    app.add_option("--log-level", options.log_level, "How much is told of what happens")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
        ->capture_default_str();
    app.add_option("--shards", options.shards, "Threads that serve; 0 is one for each core but one")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

BrokerConfig read_config(const Options& options) {
    std::vector<ConfigSetting> settings;
    if (!options.config_file.empty()) settings = read_properties_file(options.config_file);
    std::vector<std::string> environment;
    for (char** variable = environ; *variable; ++variable) environment.emplace_back(*variable);
    for (auto& setting : parse_environment(environment)) settings.push_back(std::move(setting));
    for (const auto& assignment : options.assignments) {
        settings.push_back(parse_assignment(assignment));
    }
    if (!options.data_directory.empty()) {
        settings.push_back({"log.dirs", options.data_directory, "--data"});
    }
    BrokerConfig config = make_config(settings);
    if (const char* cluster_id = std::getenv("CLUSTER_ID")) config.cluster_id = cluster_id;
    return config;
}

void announce(const Broker& broker, steady_clock::time_point started) {
    const auto took = std::chrono::duration<double, std::milli>(steady_clock::now() - started);
    log::info("Barnabas {}, node {}, cluster {}", BARNABAS_VERSION,
              broker.config().statics.node_id.value, broker.cluster_id());
    for (const BoundListener& each : broker.bound()) {
        log::info("  listening on {}://{}", each.name, each.address.to_string());
    }
    log::info("  data in {}", fmt::join(broker.config().log_dirs, ", "));
    log::info("  ready after {:.1f} ms", took.count());
    if (!broker.config().without_effect.empty()) {
        log::info("accepted, but without effect here: {}",
                  fmt::join(broker.config().without_effect, ", "));
    }
}

// Before any thread is made, so that none of them gets these signals.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::sigaddset(&signals, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

// Each connection and each segment in use is one; the limit that a shell starts with is for
// programs that use select().
void allow_all_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void run(const Options& options, steady_clock::time_point started) {
    const sigset_t signals = block_signals();
    log::set_level(*log::parse_level(options.log_level));
    const SystemClock clock;
    storage::PosixFileSystem files;
    allow_all_files();
    Broker broker(read_config(options), clock, files, options.shards);
    std::optional<console::Console> console;
    if (const auto& where = broker.config().metrics_listener) {
        console.emplace(broker.shards(), *where);
        console->start();
    }
    broker.start();
    announce(broker, started);
    if (console) {
        for (const Endpoint& address : console->bound()) {
            log::info("  metrics on http://{}/metrics", address.to_string());
        }
        console->set_ready(true);
    }
    int signal = 0;
    ::sigwait(&signals, &signal);
    log::info("stopping: {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
    console.reset();
    broker.stop();
    log::info("stopped");
}

}  // namespace
}  // namespace kafka::broker

int main(int argc, char** argv) {
    const auto started = std::chrono::steady_clock::now();
    kafka::broker::Options options;
    CLI::App app("A broker that speaks Apache Kafka's protocol.", "barnabas");
    kafka::broker::describe(app, options);
    CLI11_PARSE(app, argc, argv);
    try {
        kafka::broker::run(options, started);
    } catch (const kafka::broker::ConfigError& error) {
        fmt::print(stderr, "barnabas cannot start:\n{}\n", error.what());
        return 1;
    }
    return 0;
}
