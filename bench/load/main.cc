// bench_load: a load that costs the machine little, so that what is measured is the broker.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "bench/load/options.h"

namespace kafka::bench {
namespace {

void add_options(CLI::App& app, Options& options) {
    app.add_option("--address", options.address, "the broker, as 127.0.0.1:9092");
    app.add_option("--topic", options.topic);
    app.add_option("--partitions", options.partitions);
    app.add_option("--connections", options.connections);
    app.add_option("--in-flight", options.in_flight, "requests a connection");
    app.add_option("--batch-bytes", options.shape.batch_bytes);
    app.add_option("--record-bytes", options.shape.record_bytes);
    app.add_flag("--random", options.shape.random, "records that do not compress");
    app.add_option("--keys", options.shape.keys, "how many keys the records have; 0: none");
    app.add_option("--config", options.configs, "of the topic to make or to alter, as key=value");
    app.add_option("--acks", options.acks);
    app.add_option("--bytes", options.bytes, "how much to produce");
    app.add_option("--seconds", options.seconds, "how long, instead of how much");
    app.add_option("--rate", options.rate, "requests a second; 0 is as fast as it goes");
    app.add_option("--max-wait-ms", options.limits.max_wait_ms, "of a long poll");
    app.add_option("--fetch-bytes", options.limits.partition_max_bytes, "of a partition");
    app.add_option("--pid", options.broker_pid, "the broker, to tell its CPU time");
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app("Loads a broker and prints what it measured as one line of JSON.");
    app.require_subcommand(1);
    const auto add_mode = [&](const char* name, const char* what, void (*mode)(const Options&)) {
        CLI::App* added = app.add_subcommand(name, what);
        add_options(*added, options);
        added->callback([&options, mode] { mode(options); });
        return added;
    };
    add_mode("produce", "writes batches", &produce);
    add_mode("fetch", "reads a topic from its start to its end", &fetch);
    add_mode("e2e", "measures from producer to consumer", &end_to_end);
    add_mode("transactions", "measures from commit to reader of committed records", &transactions);
    add_mode("connections", "opens connections and holds them", &hold_connections);
    add_mode("create", "makes the topic", &create_topic);
    add_mode("alter", "sets its configs", &alter_topic);
    add_mode("start", "times a broker's start until its first acknowledged record", &time_start)
        ->add_option("command", options.command, "the broker's command, after --");
    CLI11_PARSE(app, argc, argv);
    return 0;
}

}  // namespace
}  // namespace kafka::bench

int main(int argc, char** argv) {
    try {
        return kafka::bench::run(argc, argv);
    } catch (const kafka::bench::Trouble& trouble) {
        std::fprintf(stderr, "bench_load: %s\n", trouble.what());
        return 2;
    }
}
