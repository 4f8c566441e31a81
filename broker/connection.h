// One client's connection: reads frames, starts their requests, and sends the answers in the order
// of the requests. Owned by its shard's loop, and lives on that thread.
//
// Bytes are read into the shard's scratch buffer and handled in place; a connection holds memory of
// its own only for a frame that is not complete, requests that wait and answers that could not be
// sent. An idle one holds none.
//
// Produce is started behind Produce, and OffsetCommit behind OffsetCommit; any other request waits
// until those before it are answered, as Kafka does with every request: CreateTopics with Metadata
// behind it in one write sees the topic.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "broker/exchange.h"
#include "broker/listener_config.h"
#include "broker/network_buffer.h"
#include "broker/request_context.h"

namespace kafka::broker {

class ShardLoop;

class Connection final : public Client {
  public:
    // Takes the socket, which does not block.
    Connection(ShardLoop& loop, const ListenerConfig& listener, int socket, Endpoint peer);
    ~Connection() override;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void begin() { wait_readable(); }
    // Asks the loop for attend(), once the event that is being handled is over.
    void attend_later();
    // Answers what has finished, starts what may start, sends what can be sent.
    void attend();
    // Reads nothing more, and closes when the requests in work are answered. Parked ones are
    // abandoned.
    void close_gracefully();
    void close_now();

    bool nothing_in_work() const { return !first_in_work_; }
    bool is_busy() const { return first_in_work_ || answers_; }
    std::chrono::nanoseconds last_active() const { return last_active_; }

    std::string_view listener() const override { return listener_.name; }
    Endpoint peer() const override { return peer_; }
    Endpoint own_endpoint() const override;
    void set_software(std::string name, std::string version) override;

  private:
    friend class ShardLoop;
    // Bytes that came but are not handled: a frame that is not complete, or may not start yet.
    struct Input {
        BufferRef buffer;
        std::size_t begin = 0;
        std::size_t end = 0;

        std::size_t size() const { return end - begin; }
        std::uint8_t* data() const { return buffer.data() + begin; }
    };

    void wait_readable();
    void wait_writable();
    // The shard's others come first.
    void wait_for_turn();
    void may_send_again();
    void on_readable();
    // False when nothing more can be read now.
    bool read_once();
    void make_room_for_frame();
    void take(std::size_t size);
    std::size_t missing_of_frame() const;

    // Starts requests as far as they may start; what is left stays in the input.
    void handle_input();
    bool may_start(std::int16_t api_key) const;
    void start_request(MutableBytes frame);
    void answer_finished();
    bool size_is_refused(std::int32_t size);
    // Moves what is left out of the scratch buffer.
    void keep_input();

    Encoder& answers();
    void send_answers();
    // Bytes sent, or 0 when the socket takes no more for now; closes on an error.
    std::size_t send_some(std::size_t until, bool more_follows);
    std::size_t send_file(const Records& records);
    bool sent(std::int64_t result);
    // Are the next bytes of the file in the page cache? If not, they are fetched meanwhile, and
    // nothing is sent before that.
    bool has_pages(const Records& records);
    struct PageFetch;
    void pages_fetched(std::int64_t until);

    void abandon_all();
    void refuse(const std::string& why);
    void touch();

    ShardLoop& loop_;
    const ListenerConfig& listener_;
    boost::asio::posix::stream_descriptor socket_;
    Endpoint peer_;

    Input input_;
    bool stalled_ = false;  // the next frame is complete and waits for those before it
    Exchange* first_in_work_ = nullptr;
    Exchange* last_in_work_ = nullptr;
    std::size_t in_work_ = 0;

    std::unique_ptr<Encoder> answers_;  // what is still to be sent; null when nothing is
    std::size_t sent_ = 0;              // bytes of answers_
    std::size_t splice_ = 0;            // splices of answers_ that have been sent
    std::int64_t splice_sent_ = 0;      // bytes of the next one
    std::int64_t splice_cached_ = 0;    // as far as it was found in the page cache

    int waits_ = 0;  // of the event loop; the connection lives until they are over
    bool waits_readable_ = false;
    bool waits_writable_ = false;  // or for its turn, or for pages of a file that is to be sent
    bool closing_ = false;
    bool closed_ = false;
    bool listed_ = false;  // in the loop's list of those to attend to

    std::chrono::nanoseconds last_active_{};
    Connection* older_ = nullptr;  // the loop's list by last activity
    Connection* newer_ = nullptr;
};

}  // namespace kafka::broker
