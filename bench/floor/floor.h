// The server of bench_floor: see main.cc for what it is and is not.
#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/socket.h"
#include "bench/wire.h"

namespace kafka::bench {

// All batches of a partition have one size and one number of records, as bench_load sends them:
// the place of an offset is a multiplication.
struct FloorLog {
    Descriptor file;
    std::int64_t next_offset = 0;
    std::int64_t size = 0;
    std::int64_t batch_bytes = 1;
    std::int64_t batch_records = 1;

    struct Waiting {
        int fd = -1;
        std::int32_t correlation_id = 0;
        std::string topic = {};
        std::int32_t partition = 0;
        std::int64_t offset = 0;
        std::int64_t max_bytes = 0;
    };
    std::vector<Waiting> waiting;
};

class Floor {
  public:
    Floor(std::uint16_t port, std::string directory);
    [[noreturn]] void run();

  private:
    // A piece of an answer: bytes, then a stretch of a file.
    struct Piece {
        Bytes head;
        std::size_t head_sent = 0;
        int file = -1;
        off_t from = 0;
        std::size_t left = 0;
    };
    struct Connection {
        explicit Connection(Descriptor socket) : peer(std::move(socket)) {}
        Peer peer;
        std::deque<Piece> out;
        bool wants_to_write = false;
    };

    void accept_all();
    void serve(int fd, std::uint32_t events);
    void handle(int fd, MutableBytes frame);
    void handle_produce(int fd, std::int32_t correlation_id, MutableBytes frame, Reader& request);
    void handle_fetch(int fd, std::int32_t correlation_id, Reader& request);
    void handle_list_offsets(int fd, std::int32_t correlation_id, Reader& request);
    void handle_create(int fd, std::int32_t correlation_id, Reader& request);
    void answer_fetch(const FloorLog& log, const FloorLog::Waiting& asked);
    void wake(FloorLog& log);
    void answer(int fd, Piece piece);
    void flush(int fd, Connection& connection);
    FloorLog& log_of(std::string_view topic, std::int32_t partition);

    Descriptor listener_;
    Descriptor epoll_;
    std::string directory_;
    std::unordered_map<int, std::unique_ptr<Connection>> connections_;
    std::map<std::pair<std::string, std::int32_t>, FloorLog, std::less<>> logs_;
};

}  // namespace kafka::bench
