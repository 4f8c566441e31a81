// bench_floor PORT DIRECTORY: the least that any broker has to do, to measure others against.
//
// One thread. A batch is checked against its CRC-32C, numbered, written to a file and acknowledged;
// a fetch is answered from that file by sendfile(), or waits for the next batch. There are no
// indexes, no recovery, no other APIs and no protection against a client that means harm.
#include <cstdio>
#include <string>

#include "bench/floor/floor.h"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: bench_floor PORT DIRECTORY\n");
        return 2;
    }
    try {
        const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
        kafka::bench::Floor(port, argv[2]).run();
    } catch (const std::exception& trouble) {
        std::fprintf(stderr, "bench_floor: %s\n", trouble.what());
        return 2;
    }
}
