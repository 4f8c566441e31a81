// The sending half of a connection.
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "broker/connection.h"
#include "broker/shard_loop.h"
#include "broker/shards.h"
#include "storage/page_cache.h"

namespace kafka::broker {
namespace {
// What one connection may send before the others of the shard get their turn.
constexpr std::int64_t kBytesInTurn = 256 << 10;
// Of a file, looked for in the page cache and sent at once; and what is read ahead of a client that
// is behind what the cache holds.
constexpr std::int64_t kFileBytesAtOnce = 256 << 10;
constexpr std::int64_t kReadAheadBytes = 4 << 20;
// An encoder that grew beyond this is not kept for the next answers.
constexpr std::size_t kKeptEncoderBytes = 512 << 10;
}  // namespace

void Connection::send_answers() {
    if (waits_writable_ || closed_ || !answers_) return;
    std::int64_t turn = kBytesInTurn;
    while (turn > 0) {
        const auto& splices = answers_->splices();
        const bool file_follows = splice_ < splices.size();
        const std::size_t until = file_follows ? splices[splice_].at : answers_->size();
        std::size_t size = 0;
        if (sent_ < until) {
            size = send_some(until, file_follows);
        } else if (file_follows) {
            size = send_file(splices[splice_].records);
        } else {
            break;
        }
        if (closed_) return;
        if (size == 0) {
            wait_writable();
            return;
        }
        turn -= static_cast<std::int64_t>(size);
    }
    if (sent_ < answers_->size() || splice_ < answers_->splices().size()) {
        wait_for_turn();
        return;
    }
    sent_ = 0;
    splice_ = 0;
    if (answers_->size() > kKeptEncoderBytes) {
        answers_.reset();
        return;
    }
    loop_.give_back(std::move(answers_));
}

std::size_t Connection::send_some(std::size_t until, bool more_follows) {
    const int flags = MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0);
    const auto size =
        ::send(socket_.native_handle(), answers_->bytes().data() + sent_, until - sent_, flags);
    if (!sent(size)) return 0;
    sent_ += static_cast<std::size_t>(size);
    return static_cast<std::size_t>(size);
}

// A way to the pool and back: reads what is about to be sent, and begins with what follows it.
struct Connection::PageFetch final : BlockingJob, Letter {
    PageFetch(Connection& c, const Records& r, std::int64_t from, std::int64_t until)
        : connection(c), records(r), begin(from), end(until) {}

    void fetch() const {
        const auto at = static_cast<std::uint64_t>(records.file.position + begin);
        storage::fetch_pages(records.file.fd, at, static_cast<std::uint64_t>(end - begin));
        const std::int64_t ahead = std::min(kReadAheadBytes, records.file.size - end);
        storage::begin_to_fetch_pages(records.file.fd, at + static_cast<std::uint64_t>(end - begin),
                                      static_cast<std::uint64_t>(ahead));
    }

    Connection& connection;  // lives until it has been told
    const Records records;   // keeps the file open, whatever becomes of the answer
    const std::int64_t begin;
    const std::int64_t end;
};

bool Connection::has_pages(const Records& records) {
    if (splice_sent_ < splice_cached_) return true;
    const std::int64_t until = std::min(splice_sent_ + kFileBytesAtOnce, records.file.size);
    if (storage::is_cached(records.file.fd,
                           static_cast<std::uint64_t>(records.file.position + splice_sent_),
                           static_cast<std::uint64_t>(until - splice_sent_))) {
        splice_cached_ = until;
        return true;
    }
    waits_writable_ = true;
    ++waits_;
    auto fetch = std::make_unique<PageFetch>(*this, records, splice_sent_, until);
    fetch->run = [](BlockingJob& job) {
        auto& self = static_cast<PageFetch&>(job);
        self.fetch();
        self.connection.loop_.shard().post(self);
    };
    fetch->open = [](Letter& letter, Shard&) {
        const std::unique_ptr<PageFetch> self(static_cast<PageFetch*>(&letter));
        self->connection.pages_fetched(self->end);
    };
    loop_.shard().all().reading_pool().submit(*fetch.release());
    return false;
}

void Connection::pages_fetched(std::int64_t until) {
    splice_cached_ = until;
    may_send_again();
}

std::size_t Connection::send_file(const Records& records) {
    if (!has_pages(records)) return 0;
    off_t position = records.file.position + splice_sent_;
    const auto left = static_cast<std::size_t>(splice_cached_ - splice_sent_);
    const auto size = ::sendfile(socket_.native_handle(), records.file.fd, &position, left);
    if (size == 0) {
        // The size before the frame has promised these bytes: nothing can be put in their place.
        log::error("a log file ended before the records to be sent to {}", peer_.to_string());
        close_now();
        return 0;
    }
    if (!sent(size)) return 0;
    splice_sent_ += size;
    if (splice_sent_ == records.file.size) {
        ++splice_;
        splice_sent_ = 0;
        splice_cached_ = 0;
    }
    return static_cast<std::size_t>(size);
}

bool Connection::sent(std::int64_t result) {
    if (result >= 0) {
        touch();
        return true;
    }
    if (errno != EAGAIN && errno != EINTR) close_now();
    return false;
}

}  // namespace kafka::broker
