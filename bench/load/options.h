// What a run of bench_load was asked to do. Filled by main(), read by the modes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/wire.h"

namespace kafka::bench {

struct Options {
    std::string address = "127.0.0.1:9092";
    std::string topic = "bench";
    std::int32_t partitions = 16;
    std::size_t connections = 4;
    std::size_t in_flight = 5;  // requests a connection
    BatchShape shape;
    std::vector<std::string> configs;  // of the topic that is made or altered
    FetchLimits limits;
    std::int16_t acks = 1;
    double bytes = 1e9;                // how much to produce, unless `seconds` says how long
    double seconds = 0;                // 0: as long as `bytes` takes
    double rate = 0;                   // requests a second in all; 0: as fast as it goes
    int broker_pid = 0;                // whose CPU time to tell; 0: nobody's
    std::vector<std::string> command;  // of `start`
};

// The modes print one line of JSON and throw Trouble when the broker does not play along.
void produce(const Options& options);
void fetch(const Options& options);
void end_to_end(const Options& options);
void transactions(const Options& options);
void hold_connections(const Options& options);
void time_start(const Options& options);
void create_topic(const Options& options);
void alter_topic(const Options& options);

}  // namespace kafka::bench
