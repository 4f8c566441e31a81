#include "broker/connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "broker/config.h"
#include "broker/foreign_protocol.h"
#include "broker/shard_loop.h"

namespace kafka::broker {
namespace {

constexpr std::size_t kSizeBytes = sizeof(std::int32_t);
constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kOffsetCommit = 8;
// Requests of one connection that may be in work at once.
constexpr std::size_t kMaxInWork = 256;
// Room for a frame that is announced: beyond this only what has come in is believed. Pages of it
// that nothing was read into are not resident.
constexpr std::size_t kBelievedFrameBytes = 1 << 20;
// Up to here what is left of a read is copied, so that the scratch buffer can be used again.
constexpr std::size_t kCopiedRestBytes = 16 << 10;
// Answers are sent at the end of an event, or when so many bytes have gathered.
constexpr std::size_t kGatheredAnswerBytes = 256 << 10;
// Reads of one connection before the others of the shard get their turn.
constexpr int kReadsInTurn = 4;

}  // namespace

Connection::Connection(ShardLoop& loop, const ListenerConfig& listener, int socket, Endpoint peer)
    : loop_(loop), listener_(listener), socket_(loop.io(), socket), peer_(std::move(peer)) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() = default;

Endpoint Connection::own_endpoint() const {
    if (listener_.advertised) return *listener_.advertised;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket = const_cast<Connection*>(this)->socket_.native_handle();
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return Endpoint::from(address);
}

void Connection::set_software(std::string name, std::string version) {
    log::debug("{} is {} {}", peer_.to_string(), name, version);
}

void Connection::wait_readable() {
    if (waits_readable_) return;
    waits_readable_ = true;
    ++waits_;
    socket_.async_wait(socket_.wait_read, [this](const boost::system::error_code&) {
        --waits_;
        waits_readable_ = false;
        on_readable();
        attend_later();
        loop_.attend_all();
    });
}

void Connection::wait_writable() {
    if (waits_writable_) return;
    waits_writable_ = true;
    ++waits_;
    socket_.async_wait(socket_.wait_write, [this](const boost::system::error_code&) {
        may_send_again();
        loop_.attend_all();
    });
}

void Connection::wait_for_turn() {
    waits_writable_ = true;
    ++waits_;
    boost::asio::post(socket_.get_executor(), [this] {
        may_send_again();
        loop_.attend_all();
    });
}

void Connection::may_send_again() {
    --waits_;
    waits_writable_ = false;
    attend_later();
}

void Connection::on_readable() {
    for (int reads = 0; reads < kReadsInTurn; ++reads) {
        if (closed_ || closing_ || stalled_ || waits_writable_) return;
        if (!read_once()) return;
    }
}

bool Connection::read_once() {
    BufferRef& scratch = loop_.scratch();
    iovec into[2];
    std::size_t to_input = 0;
    std::size_t offered = 0;
    int parts = 0;
    if (input_.size() > 0) {
        make_room_for_frame();
        to_input = std::min(input_.buffer.capacity() - input_.end, missing_of_frame());
        into[parts++] = {input_.buffer.data() + input_.end, to_input};
    }
    // What follows the frame that is being completed; none of it when that takes more reads.
    if (to_input == missing_of_frame()) into[parts++] = {scratch.data(), scratch.capacity()};
    for (int i = 0; i < parts; ++i) offered += into[i].iov_len;

    const auto size = ::readv(socket_.native_handle(), into, parts);
    if (size == 0) {
        close_gracefully();
        return false;
    }
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) close_now();
        return false;
    }
    touch();
    const auto received = static_cast<std::size_t>(size);
    const std::size_t completing = std::min(received, to_input);
    input_.end += completing;
    if (completing > 0) handle_input();
    if (received > completing && !closed_ && !closing_) {
        take(received - completing);
        keep_input();
    }
    return received == offered;
}

// Bytes of the frame at the beginning of the input that have not come yet.
std::size_t Connection::missing_of_frame() const {
    if (input_.size() == 0) return 0;
    if (input_.size() < kSizeBytes) return kSizeBytes - input_.size();
    const auto size = static_cast<std::size_t>(load_be<std::int32_t>(input_.data()));
    return kSizeBytes + size - std::min(input_.size(), kSizeBytes + size);
}

void Connection::make_room_for_frame() {
    const std::size_t whole = input_.size() + missing_of_frame();
    const std::size_t room = std::min(whole, std::max(kBelievedFrameBytes, 2 * input_.size()));
    const bool fits = input_.buffer.capacity() - input_.begin >= room;
    if (fits && !input_.buffer.is_shared()) return;
    BufferRef bigger = BufferRef::allocate(std::max(room, std::size_t{512}));
    std::memcpy(bigger.data(), input_.data(), input_.size());
    input_ = {std::move(bigger), 0, input_.size()};
}

// `size` bytes at the beginning of the scratch buffer have come behind what the input holds.
void Connection::take(std::size_t size) {
    const BufferRef& scratch = loop_.scratch_in_use();
    if (input_.size() == 0) {
        input_ = {scratch, 0, size};
    } else {
        // Only the frame's size was completed, or the frame has to wait for those before it.
        BufferRef both = BufferRef::allocate(input_.size() + size);
        std::memcpy(both.data(), input_.data(), input_.size());
        std::memcpy(both.data() + input_.size(), scratch.data(), size);
        input_ = {std::move(both), 0, input_.size() + size};
    }
    handle_input();
}

void Connection::keep_input() {
    if (input_.size() == 0) {
        input_ = {};
        return;
    }
    if (input_.buffer.data() != loop_.scratch_in_use().data()) return;
    if (stalled_ && input_.size() > kCopiedRestBytes) return;  // the shard takes a fresh one
    BufferRef own = BufferRef::allocate(
        std::min(input_.size() + missing_of_frame(), input_.size() + kBelievedFrameBytes));
    std::memcpy(own.data(), input_.data(), input_.size());
    input_ = {std::move(own), 0, input_.size()};
}

void Connection::handle_input() {
    stalled_ = false;
    while (input_.size() >= kSizeBytes && !closed_) {
        const auto size = load_be<std::int32_t>(input_.data());
        if (size_is_refused(size)) return;
        const auto frame_size = static_cast<std::size_t>(size);
        if (input_.size() - kSizeBytes < frame_size) break;
        const MutableBytes frame(input_.data() + kSizeBytes, frame_size);
        const std::int16_t api_key = size >= 2 ? load_be<std::int16_t>(frame.data()) : -1;
        if (!may_start(api_key)) {
            stalled_ = true;
            return;
        }
        input_.begin += kSizeBytes + frame_size;
        start_request(frame);
        if (closing_) return;
        if (answers_ && answers_->size() - sent_ > kGatheredAnswerBytes) send_answers();
    }
    if (input_.size() == 0) input_ = {};
}

bool Connection::size_is_refused(std::int32_t size) {
    const auto max = loop_.shard().all().config().socket_request_max_bytes;
    if (size >= 0 && size <= max) return false;
    const BytesView start(input_.data(), std::min<std::size_t>(input_.size(), 8));
    refuse(why_size_is_wrong(size, max, start));
    return true;
}

bool Connection::may_start(std::int16_t api_key) const {
    if (waits_writable_) return false;
    if (!first_in_work_) return true;
    // What they change is ordered by the letters to its owner; the answers are put in order here.
    const bool overlaps = api_key == kProduce || api_key == kOffsetCommit;
    return overlaps && first_in_work_->api_key() == api_key && in_work_ < kMaxInWork;
}

void Connection::start_request(MutableBytes frame) {
    auto exchange = std::make_unique<Exchange>(loop_.shard(), *this);
    switch (exchange->start(frame, input_.buffer, answers())) {
        case Exchange::Outcome::Answered:
            return;
        case Exchange::Outcome::Waiting:
            ++in_work_;
            last_in_work_ = (last_in_work_ ? last_in_work_->next : first_in_work_) =
                exchange.release();
            // Its handler may have finished already, behind one that has not.
            return;
        case Exchange::Outcome::Refused:
            refuse(exchange->refusal());
            return;
    }
}

void Connection::answer_finished() {
    while (first_in_work_ && first_in_work_->finished()) {
        const std::unique_ptr<Exchange> exchange(first_in_work_);
        first_in_work_ = exchange->next;
        if (!first_in_work_) last_in_work_ = nullptr;
        --in_work_;
        if (!closed_ && !exchange->encode_answer(answers())) refuse(exchange->refusal());
    }
}

Encoder& Connection::answers() {
    if (!answers_) answers_ = loop_.take_encoder();
    return *answers_;
}

void Connection::attend_later() {
    if (std::exchange(listed_, true)) return;
    loop_.attend_later(*this);
}

void Connection::attend() {
    answer_finished();
    if (stalled_ && !closed_) {
        handle_input();
        keep_input();
    }
    if (answers_) send_answers();
    const bool over = closing_ && !first_in_work_ && !answers_;
    if (over) close_now();
    if (closed_) {
        if (!first_in_work_ && waits_ == 0 && !listed_) loop_.bury(*this);
        return;
    }
    if (!closing_ && !stalled_ && !waits_writable_) wait_readable();
}

void Connection::close_gracefully() {
    closing_ = true;
    stalled_ = false;
    input_ = {};
    abandon_all();
    attend_later();
}

void Connection::close_now() {
    if (std::exchange(closed_, true)) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
    input_ = {};
    stalled_ = false;
    answers_.reset();
    abandon_all();
    attend_later();
}

void Connection::abandon_all() {
    for (Exchange* each = first_in_work_; each; each = each->next) each->abandon();
}

void Connection::refuse(const std::string& why) {
    log::warn("closing the connection from {}: {}", peer_.to_string(), why);
    close_gracefully();
}

void Connection::touch() {
    last_active_ = loop_.shard().clock().monotonic();
    loop_.touched(*this);
}

}  // namespace kafka::broker
