// What has gone into and out of a partition since it was opened: plain counters, written and read
// on the partition's shard. The partition counts what is appended by itself; whoever serves
// requests counts those, and the bytes that leave.
#pragma once

#include <cstdint>

namespace kafka::storage {

struct Traffic {
    std::uint64_t records_in = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t produce_requests = 0;
    std::uint64_t failed_produce_requests = 0;
    std::uint64_t fetch_requests = 0;
    std::uint64_t failed_fetch_requests = 0;

    Traffic& operator+=(const Traffic& other) {
        records_in += other.records_in;
        bytes_in += other.bytes_in;
        bytes_out += other.bytes_out;
        produce_requests += other.produce_requests;
        failed_produce_requests += other.failed_produce_requests;
        fetch_requests += other.fetch_requests;
        failed_fetch_requests += other.failed_fetch_requests;
        return *this;
    }
};

}  // namespace kafka::storage
