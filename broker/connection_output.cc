// The sending half of a connection.
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "broker/connection.h"
#include "broker/shard_loop.h"

namespace kafka::broker {
namespace {
// What one connection may send before the others of the shard get their turn.
constexpr std::int64_t kBytesInTurn = 8 << 20;
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
        wait_writable();  // it is writable: this is only a way to the end of the line
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

std::size_t Connection::send_file(const Records& records) {
    off_t position = records.file.position + splice_sent_;
    const auto left = static_cast<std::size_t>(records.file.size - splice_sent_);
    const auto size = ::sendfile(socket_.native_handle(), records.file.fd, &position,
                                 std::min(left, static_cast<std::size_t>(kBytesInTurn)));
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
